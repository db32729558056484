/** Hand a run's open chunks to the queue. */
export const ENQUEUE_RUN = 'ENQUEUE_BILLING_RUN';
