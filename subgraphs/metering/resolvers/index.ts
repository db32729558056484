import { IngestReadingsSuccess, ReadingBatch, ReadingRejection } from './batches.ts';
import { Contract } from './Contract.ts';
import { Customer } from './Customer.ts';
import { ReadingFinding, ValueProposal } from './findings.ts';
import { Meter } from './Meter.ts';
import { MeterInstallation } from './MeterInstallation.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';
import { MissingUsage, Usage, UsageEstimate, UsageSubstitute } from './usage.ts';

export const resolvers = {
  Query,
  Mutation,
  Meter,
  MeterInstallation,
  ReadingBatch,
  IngestReadingsSuccess,
  ReadingRejection,
  ReadingFinding,
  ValueProposal,
  Usage,
  UsageEstimate,
  UsageSubstitute,
  MissingUsage,
  Contract,
  Customer,
};
