/*
 * Jobs: programs that run on a schedule. Here is how a task becomes a process, what is kept of it, and how all that it
 * starts is ended; which tasks there are the configuration says.
 */
export { createTaskRunner, type TaskOutcome, type TaskRunner, type TaskSpec } from './run-task.ts';
