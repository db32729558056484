/** Of businesses on G25, by what they would use in a year (kWh, from and until). */
export const BUSINESSES: readonly (readonly [trade: string, fromKwh: number, untilKwh: number])[] = [
  ['Bäckerei', 12_000, 42_000], ['Metzgerei', 14_000, 38_000], ['Friseursalon', 3_000, 9_000], ['Architekturbüro', 2_500, 8_000], ['Tischlerei', 6_000, 22_000],
  ['Autohaus', 15_000, 60_000], ['Gasthof', 12_000, 45_000], ['Blumenhaus', 3_500, 11_000], ['Apotheke', 8_000, 20_000], ['Zahnarztpraxis', 6_000, 14_000],
  ['Steuerkanzlei', 2_500, 9_000], ['Buchhandlung', 4_000, 12_000], ['Druckerei', 18_000, 70_000], ['Elektrotechnik', 4_000, 15_000], ['Café', 7_000, 22_000],
  ['Hausverwaltung', 2_000, 7_000], ['Fahrradladen', 2_500, 8_000], ['Wäscherei', 20_000, 65_000],
];

export const LEGAL_FORMS = ['GmbH', 'GmbH', 'e. K.', 'OHG', 'GmbH & Co. KG', 'UG'] as const;
/** A farm has no legal form in its name. */
export const FARMS = ['Hof', 'Landwirtschaft', 'Obsthof', 'Biohof', 'Reiterhof'] as const;
export const BRANCHES = ['Zentrale', 'Filiale Mitte', 'Filiale Nord', 'Filiale Süd', 'Lager', 'Werkstatt'] as const;
