// The last steps of `cargo xtask demo`: connects the simulated number as the owner, over the interface that the pages
// use, and lets the simulated customers write. What it needs comes in the environment, since it holds secrets.
const { DEMO_URL, DEMO_SIM_URL, DEMO_EMAIL, DEMO_PASSWORD, DEMO_WORKSPACE } = process.env;
const { DEMO_CONNECT, DEMO_TOKEN, DEMO_PHONE_NUMBER_ID, DEMO_WABA_ID } = process.env;

async function post(url, body, headers = {}) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${new URL(url).pathname}: ${answer.status} ${text}`);
  return text;
}

try {
  if (DEMO_CONNECT) {
    const origin = { origin: DEMO_URL };
    const credentials = { email: DEMO_EMAIL, password: DEMO_PASSWORD };
    const { in: { token } } = JSON.parse(await post(`${DEMO_URL}/auth/sign-in`, credentials, origin));
    const form = {
      name: "Harbour Coffee Roasters",
      phone_number_id: DEMO_PHONE_NUMBER_ID,
      account_id: DEMO_WABA_ID,
      token: DEMO_TOKEN,
      app_secret: null,
    };
    const headers = { ...origin, authorization: `Bearer ${token}`, "x-workspace-id": DEMO_WORKSPACE };
    await post(`${DEMO_URL}/api/channels/connect`, { form }, headers);
  }
  await post(`${DEMO_SIM_URL}/_control/demo`, { run: true });
} catch (fault) {
  console.error(fault.message);
  process.exit(1);
}
