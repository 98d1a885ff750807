// Beside the portal's pages, which work without it: shows how a file gets on, brings what changes to an open page, and
// leaves it when the visit ends.

const main = () => document.getElementById('main');
let busy = 0;
let again = false;

// A file that is sent, with how far it got.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.upload) return send(event, form);
  // One tap, one post.
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = '1';
});
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent;
});

function send(event, form) {
  event.preventDefault();
  const file = form.elements.file.files[0];
  const way = form.querySelector('.portal-way');
  const [bar, words] = way.children;
  const button = form.querySelector('button');
  if (!file || button.disabled) return;
  const say = (text) => {
    way.hidden = false;
    words.textContent = text;
  };
  if (file.size > Number(form.dataset.upload)) return say(form.dataset.large);
  const failed = () => {
    busy -= 1;
    button.disabled = false;
    bar.hidden = true;
    say(form.dataset.failed);
  };
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = (loaded / total) * 100;
  };
  request.onload = () => {
    const page = parse(request.responseText);
    if (!page) return failed();
    busy -= 1;
    if (page.querySelector('.portal-told.good')) form.reset();
    show(page);
    // Where a page without this script would be now.
    history.replaceState(null, '', new URL(request.responseURL).pathname.replace(/\/documents$/, ''));
    main().querySelector('.portal-told')?.scrollIntoView({ block: 'center' });
  };
  request.onerror = request.onabort = failed;
  busy += 1;
  bar.hidden = false;
  button.disabled = true;
  say(form.dataset.sending);
  request.send(new FormData(form));
}

// A document of ours, or nothing.
function parse(text) {
  const page = new DOMParser().parseFromString(text, 'text/html');
  return page.body.classList.contains('portal') && page.getElementById('main') ? page : null;
}

// Puts a page's content in the place of the one that is shown. What is being written stays, with the cursor in it; what was
// folded out stays so.
function show(page) {
  if (!page.body.dataset.live) return location.replace('/portal');
  const old = main();
  const fresh = page.getElementById('main');
  const here = document.activeElement;
  const place = here && old.contains(here) && here.id ? here : null;
  const span = place?.selectionStart === undefined ? null : [place.selectionStart, place.selectionEnd];
  for (const field of old.querySelectorAll('textarea')) {
    const same = fresh.querySelector(`#${CSS.escape(field.id)}`);
    if (same && field.value) same.value = field.value;
  }
  // A file that was chosen goes with its own field.
  for (const field of old.querySelectorAll('input[type=file]')) {
    if (field.files.length) fresh.querySelector(`#${CSS.escape(field.id)}`)?.replaceWith(field);
  }
  old.querySelectorAll('details').forEach((fold, nth) => {
    const same = fold.id ? fresh.querySelector(`#${CSS.escape(fold.id)}`) : fresh.querySelectorAll('details')[nth];
    if (same) same.open = fold.open;
  });
  document.title = page.title;
  old.replaceWith(document.adoptNode(fresh));
  const back = place && document.getElementById(place.id);
  back?.focus({ preventScroll: true });
  if (span && back?.setSelectionRange) back.setSelectionRange(span[0], span[1]);
}

// Reads the page anew, once at a time, and not under a file that is on its way.
async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy += 1;
  try {
    const answer = await fetch(location.pathname, { headers: { accept: 'text/html' }, cache: 'no-store' });
    const page = parse(await answer.text());
    if (page) show(page);
  } catch {
    // Without a connection the page stays as it is; the stream says when there is one again.
  }
  busy -= 1;
  if (again) {
    again = false;
    refresh();
  }
}

let begun = false;
function listen(live) {
  const stream = new EventSource(live);
  stream.addEventListener('changed', refresh);
  stream.addEventListener('ended', () => {
    stream.close();
    location.replace('/portal');
  });
  // After a gap, what was missed is read.
  stream.addEventListener('open', () => {
    if (begun) refresh();
    begun = true;
  });
  // What was refused, the browser does not ask for again by itself.
  stream.addEventListener('error', () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 30000, live);
  });
}

if (document.body.dataset.live) {
  listen(document.body.dataset.live);
  // A page that comes back out of the browser's own memory may be of a visit that is over.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}
