import type { PremiseMeterResolvers, PremiseResolvers } from '#schema';

export const Premise: PremiseResolvers = {
  maloIds: ({ maloIds }) => [...maloIds],
  meters: ({ meters }, { removed }) => meters.filter(({ removedOn }) => removed || removedOn === null),
};

export const PremiseMeter: PremiseMeterResolvers = {
  number: ({ meterNumber }) => meterNumber,
  meter: ({ meterId }) => ({ id: meterId }), // metering resolves the rest
};
