import { readFitting } from '../storage/rejected-replay.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { showPayload } from '../telemetry/shown-payload.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { NotFoundError } from './not-found-error.ts';
import { printable, rejectedDocument } from './rejected-list.ts';
import { readId } from './rejected-selection.ts';
import { alignColumns } from './table.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const rejectedShow: Command<typeof OPTIONS> = {
  name: 'rejected show',
  operands: ['ID'],
  summary: 'Shows all of a message that could not be understood',
  details: `Its payload too: as text, or in base64 where it is none.

With --json: {"id","receivedAt","topic","payload","qos","clientId","reason","detail"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const id = readId(context.operands[0]!);
    const { pool } = await context.database();
    const [row] = await readFitting(pool, { ids: [id] }, 0, 1);
    if (row === undefined) {
      throw new NotFoundError(
        `No rejected message has the number ${id}.`,
        'Look with: thermograph rejected list',
      );
    }
    if (context.options.json) return context.print(JSON.stringify(rejectedDocument(row)));
    const payload = showPayload(row.payload);
    const facts = [
      ['Received', formatMicros(row.receivedAt)],
      ['Topic', printable(row.topic)],
      ['QoS', String(row.qos)],
      ['Client', printable(row.clientId ?? '-')],
      ['Reason', row.reason],
      ['Why', printable(row.detail)],
      ['Payload', `${row.payload.length} bytes${'base64' in payload ? ', in base64' : ''}`],
    ];
    context.print(alignColumns(facts));
    context.print('base64' in payload ? payload.base64 : payload.text.split('\n').map(printable).join('\n'));
  },
};
