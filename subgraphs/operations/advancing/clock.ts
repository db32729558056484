export type ClockMode = 'SYSTEM' | 'OFFSET' | 'STANDING';
export type Clock = Readonly<{
  now: Date;
  mode: ClockMode;
  aheadSeconds: bigint | null;
  /** It stands only while it is being advanced, and runs on afterwards. */
  resumes: boolean;
}>;
