import { pino, type Logger } from 'pino';

export type { Logger };

/** Structured lines on standard output; what could carry personal data or secrets is blanked wherever it appears. */
export const makeLog = (name: string, level = process.env.STROMGRAPH_LOG_LEVEL ?? 'info'): Logger =>
  pino({
    name,
    level,
    redact: {
      paths: ['authorization', '*.authorization', '*.password', '*.iban', '*.email', '*.phone', '*.refreshToken', '*.accessToken', 'headers.cookie', '*.apiKey'],
      censor: '[hidden]',
    },
  });
