type Parts = Readonly<{
  kind: string;
  windows?: readonly object[] | null | undefined;
  tiers?: readonly { upToWattHours?: number | null | undefined }[] | null | undefined;
}>;

/** GraphQL's input with optional parts as the union that it means; parts that do not belong to the kind stay, and are refused. */
export const toRate = ({ kind, windows, tiers }: Parts): object => ({
  kind,
  ...(windows ? { windows } : {}),
  ...(tiers
    ? {
        tiers: tiers.map(({ upToWattHours, ...tier }) => ({
          ...tier,
          upToWattHours: upToWattHours == null ? null : String(upToWattHours),
        })),
      }
    : {}),
});
