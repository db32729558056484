import type { PremiseMeterResolvers, PremiseResolvers } from '#schema';

export const Premise: PremiseResolvers = {
  maloIds: ({ maloIds }) => [...maloIds],
  meters: ({ meters }) => [...meters],
};

export const PremiseMeter: PremiseMeterResolvers = {
  number: ({ meterNumber }) => meterNumber,
  meter: ({ meterId }) => ({ id: meterId }), // metering resolves the rest
};
