// The thread beside the event loop: loads one supergraph, then answers one question after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { openPlanner } from './apollo-planner.ts';
import type { Question } from './question.ts';
import type { FromThread } from './thread.ts';

const tell = (message: FromThread) => parentPort?.postMessage(message);
const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

try {
  const { facts, answer } = await openPlanner(workerData as string);
  parentPort?.on('message', (question: Question) => tell({ reply: answer(question), cpuMs: cpuMs() }));
  tell({ facts, cpuMs: cpuMs() });
} catch (error) {
  tell({ broken: (error as Error).message });
}
