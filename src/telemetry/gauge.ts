import { Gauge } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** A number that is read when somebody looks at the metrics, by the value of one label. */
export type ReadGauge<Label extends string> = {
  name: string;
  help: string;
  label: Label;
  /** Answers all there are; must not reject. */
  read(): Promise<ReadonlyMap<string, number>>;
};

/** Adds a gauge that is read anew whenever the metrics are shown. */
export function addReadGauge<Label extends string>({ registry }: Metrics, gauge: ReadGauge<Label>): void {
  const { name, help, label, read } = gauge;
  new Gauge<Label>({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const values = await read();
      this.reset();
      for (const [of, value] of values) this.set({ [label]: of } as Record<Label, string>, value);
    },
  });
}
