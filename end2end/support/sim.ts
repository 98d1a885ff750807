// Meta, pretended: what the simulator can be asked for.

/** One customer; the digits are their number. */
export interface Customer {
  name: string;
  digits: string;
}

/** What goes wrong with a send, in the simulator's words: `{ error: 131026 }`, `'silent'`, `{ fail_later: 131026 }`. */
export type Fault = string | Record<string, number>;

export class SimControl {
  constructor(readonly url: string) {}

  async say(from: Customer, text: string, number?: string): Promise<string> {
    const answer = await this.post('say', { from: from.digits, name: from.name, text, phone_number_id: number });
    return (await answer.json()).id;
  }

  /** A message of another kind, in Meta's own form. */
  async sayKind(from: Customer, kind: string, object: unknown): Promise<void> {
    await this.post('say', { from: from.digits, name: from.name, kind, object });
  }

  /** The next `times` sends go wrong. */
  async fail(fault: Fault, times: number): Promise<void> {
    await this.post('fail', { fault, times });
  }

  async status(wamid: string, status: string): Promise<void> {
    await this.post('status', { wamid, status });
  }

  async revoke(token: string): Promise<void> {
    await this.post('revoke', { token });
  }

  async restore(token: string): Promise<void> {
    await this.post('restore', { token });
  }

  /** A further number, with an account and a token of its own. */
  async number(waba: string, token: string, id: string, digits: string, name: string): Promise<void> {
    await this.post('number', { waba_id: waba, token, phone_number_id: id, digits, verified_name: name });
  }

  /** Another callback for one number; signed by another app's secret. */
  async hook(number: string, url: string, secret: string): Promise<void> {
    await this.post('hook', { phone_number_id: number, url, app_secret: secret });
  }

  /** Everything that was sent to customers, in order. */
  async sent(): Promise<{ wamid: string; to: string; text?: string }[]> {
    const answer = await fetch(`${this.url}/_control/ledger`);
    return (await answer.json()).sent;
  }

  /** Returns when no webhook is on its way any more: what is said next comes in after it. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 500; turn += 1) {
      const answer = await fetch(`${this.url}/_control/deliveries`);
      if ((await answer.json()).pending === 0) return;
      await new Promise((later) => setTimeout(later, 20));
    }
    throw new Error('webhooks are still on their way');
  }

  /** Any call of the control API (`sim/src/control.rs` lists them), and its answer, if it has one. */
  async ask(path: string, body: Record<string, unknown>): Promise<Record<string, unknown> | undefined> {
    const answer = await this.post(path, body);
    return answer.status === 204 ? undefined : await answer.json();
  }

  private async post(path: string, body: unknown): Promise<Response> {
    const answer = await fetch(`${this.url}/_control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`sim ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}
