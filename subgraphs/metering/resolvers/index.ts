import { IngestReadingsSuccess, ReadingBatch, ReadingRejection } from './batches.ts';
import { Contract } from './Contract.ts';
import { Customer } from './Customer.ts';
import { Meter } from './Meter.ts';
import { MeterInstallation } from './MeterInstallation.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';

export const resolvers = {
  Query,
  Mutation,
  Meter,
  MeterInstallation,
  ReadingBatch,
  IngestReadingsSuccess,
  ReadingRejection,
  Contract,
  Customer,
};
