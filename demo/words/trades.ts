/** Of businesses on G25, by what they would use in a year (kWh, from and until). */
export const BUSINESSES: readonly (readonly [trade: string, fromKwh: number, untilKwh: number])[] = [
  ['Bäckerei', 5_400, 18_900], ['Metzgerei', 6_300, 17_100], ['Friseursalon', 1_500, 4_000], ['Architekturbüro', 1_500, 3_600], ['Tischlerei', 2_700, 9_900],
  ['Autohaus', 6_800, 27_000], ['Gasthof', 5_400, 20_200], ['Blumenhaus', 1_600, 5_000], ['Apotheke', 3_600, 9_000], ['Zahnarztpraxis', 2_700, 6_300],
  ['Steuerkanzlei', 1_500, 4_000], ['Buchhandlung', 1_800, 5_400], ['Druckerei', 8_100, 31_500], ['Elektrotechnik', 1_800, 6_800], ['Café', 3_200, 9_900],
  ['Hausverwaltung', 1_500, 3_200], ['Fahrradladen', 1_500, 3_600], ['Wäscherei', 9_000, 29_200],
];

export const LEGAL_FORMS = ['GmbH', 'GmbH', 'e. K.', 'OHG', 'GmbH & Co. KG', 'UG'] as const;
/** A farm has no legal form in its name. */
export const FARMS = ['Hof', 'Landwirtschaft', 'Obsthof', 'Biohof', 'Reiterhof'] as const;
export const BRANCHES = ['Zentrale', 'Filiale Mitte', 'Filiale Nord', 'Filiale Süd', 'Lager', 'Werkstatt'] as const;
