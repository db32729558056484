import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { causeOf } from './cause.ts';

export type { Logger };

/** Structured lines on standard output, each with the id of the request that it is about, if any; what could carry personal data or secrets is blanked wherever it appears. */
export const makeLog = (name: string, level = process.env.STROMGRAPH_LOG_LEVEL ?? 'info', to?: DestinationStream): Logger => {
  const options: LoggerOptions = {
    name,
    level,
    mixin: () => {
      const cause = causeOf();
      return cause ? { requestId: cause.requestId } : {};
    },
    redact: {
      paths: ['authorization', '*.authorization', '*.password', '*.iban', '*.email', '*.phone', '*.refreshToken', '*.accessToken', 'headers.cookie', '*.apiKey'],
      censor: '[hidden]',
    },
  };
  return to ? pino(options, to) : pino(options);
};
