/** What operations stand under, in this order. */
export const TAGS = [
  { name: 'Stations', description: 'What there is, and what it says now' },
  { name: 'Readings', description: 'Raw readings, and what they come to in buckets of time' },
  { name: 'Posting', description: 'Readings by HTTP, and what was not understood' },
  { name: 'Live', description: 'What is committed, as it comes' },
  { name: 'Service', description: 'Whether it is well, who is logged in, and this description' },
  { name: 'ThingSpeak', description: "For boards that can't be changed, and pages that read channels" },
] as const;
