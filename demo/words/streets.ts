export const STREETS = [
  'Hauptstraße', 'Schulstraße', 'Gartenstraße', 'Bahnhofstraße', 'Dorfstraße', 'Bergstraße', 'Birkenweg', 'Lindenstraße', 'Kirchstraße', 'Waldstraße',
  'Ringstraße', 'Schillerstraße', 'Goethestraße', 'Amselweg', 'Wiesenweg', 'Jahnstraße', 'Feldstraße', 'Buchenweg', 'Ahornweg', 'Eichenweg', 'Mühlenweg',
  'Rosenweg', 'Finkenweg', 'Blumenstraße', 'Am Sportplatz', 'Mozartstraße', 'Beethovenstraße', 'Friedhofstraße', 'Tulpenweg', 'Lerchenweg', 'Parkstraße',
  'Industriestraße', 'Marktplatz', 'Brunnenstraße', 'Lessingstraße', 'Uhlandstraße', 'Am Bach', 'Steinweg', 'Sonnenstraße', 'Hochstraße', 'Poststraße', 'Nordstraße',
  'Südring', 'Kastanienallee', 'Tannenweg', 'Erlenweg', 'Fliederweg', 'Talstraße', 'Burgstraße', 'Neue Straße',
] as const;
