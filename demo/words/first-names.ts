// Common given names, mixed freely with common surnames: nobody in particular.
export const WOMEN = [
  'Anna', 'Petra', 'Sabine', 'Monika', 'Claudia', 'Susanne', 'Andrea', 'Stefanie', 'Nicole', 'Heike', 'Birgit', 'Karin', 'Martina', 'Gabriele', 'Angelika',
  'Katharina', 'Julia', 'Christina', 'Sandra', 'Melanie', 'Anja', 'Katja', 'Silke', 'Daniela', 'Laura', 'Lena', 'Sarah', 'Lisa', 'Marie', 'Sophie', 'Emma',
  'Hannah', 'Johanna', 'Franziska', 'Theresa', 'Aylin', 'Elif', 'Fatma', 'Olga', 'Natalia', 'Ewa', 'Agnieszka', 'Svetlana', 'Leyla', 'Mira', 'Ines', 'Ulrike',
  'Renate', 'Ingrid', 'Helga', 'Ursula', 'Brigitte', 'Jana', 'Carolin', 'Verena', 'Nadine',
] as const;

export const MEN = [
  'Thomas', 'Michael', 'Andreas', 'Stefan', 'Christian', 'Martin', 'Peter', 'Markus', 'Frank', 'Jürgen', 'Bernd', 'Uwe', 'Klaus', 'Wolfgang', 'Dieter',
  'Alexander', 'Daniel', 'Sebastian', 'Jan', 'Tobias', 'Florian', 'Matthias', 'Philipp', 'Lukas', 'Jonas', 'Felix', 'Maximilian', 'Paul', 'Leon', 'Finn',
  'Moritz', 'Niklas', 'Simon', 'Fabian', 'Marcel', 'Kevin', 'Mehmet', 'Mustafa', 'Emre', 'Ali', 'Dimitri', 'Sergej', 'Piotr', 'Krzysztof', 'Marek', 'Holger',
  'Torsten', 'Jens', 'Ralf', 'Heiko', 'Karsten', 'Hans', 'Helmut', 'Gerhard', 'Volker', 'Olaf',
] as const;
