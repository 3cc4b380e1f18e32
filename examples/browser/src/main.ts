/** The page: takes a photo, hands it to the worker, shows what comes back. */
import addresses from 'virtual:lesion-assets';
import { Client } from './client.js';
import { keepOffline } from './offline.js';
import { Controls } from './page/controls.js';
import { element } from './page/elements.js';
import { listenForPhotos, offerSamples } from './page/photos.js';
import { FeatureTable, StepTable, showDiagnoses, showEngines } from './page/results.js';
import { Stage } from './page/stage.js';
import { ACTIVITIES, DIAGNOSES, megapixels, sizeText } from './page/words.js';
import {
  type Activity,
  type Download,
  ENGINE_CHOICES,
  type EngineChoice,
  type ModelCards,
  type Reply,
  type Settings,
} from './protocol.js';

const state = element('state');
const progress = element<HTMLProgressElement>('progress');
const cancel = element<HTMLButtonElement>('cancel');
const resume = element<HTMLButtonElement>('resume');
const problem = element('problem');
const downloads = [...document.querySelectorAll<HTMLButtonElement>('[data-download]')];

const absolute = (address: string): string => new URL(address, document.baseURI).href;

/** The photo that is open, whether the worker has it, and whether it could be decoded. */
let photo: { file: File; number: number; inWorker: boolean; isShown: boolean } | undefined;
let photos = 0;
/** A photo that was chosen before the networks were there. */
let waiting: File | undefined;
let isReady = false;
/** What the worker told last that it does. */
let activity: Activity | undefined;
let cards: ModelCards | undefined;
/** The words for screen readers that were said last. */
let announced = '';

function announce(text: string): void {
  if (text === announced) return;
  announced = text;
  element('announcement').textContent = text;
}

/** What is being done: undefined for nothing. */
function showState(text: string, share: number | undefined, { isBusy = share !== undefined } = {}): void {
  state.textContent = text;
  progress.hidden = !isBusy;
  if (share === undefined) progress.removeAttribute('value');
  else progress.value = share;
  document.body.dataset['state'] = isBusy ? 'busy' : 'idle';
}

function showProblem(text: string): void {
  problem.textContent = text;
}

const stage = new Stage((view) => {
  if (photo?.inWorker) client.sendLatest({ kind: 'view', view });
});

const controls = new Controls({
  onLesion: (settings) => {
    if (isReady) client.sendLatest({ kind: 'analyse', settings });
  },
  onSuperpixels: (settings) => {
    if (!isReady) return;
    enable(['features'], false);
    client.sendLatest({ kind: 'segment', settings });
  },
  onDisplay: () => sendDisplay(),
});

const features = new FeatureTable(() => sendDisplay());
const steps = new StepTable();

function settings(): Settings {
  return {
    lesion: controls.lesion,
    superpixels: controls.superpixels,
    display: { ...controls.display, shown: features.shown },
  };
}

function sendDisplay(): void {
  if (isReady) client.sendLatest({ kind: 'display', settings: settings().display });
}

function enable(which: readonly Download[], isEnabled: boolean): void {
  for (const button of downloads) {
    if (which.includes(button.dataset['download'] as Download)) button.disabled = !isEnabled;
  }
}

const ALL: readonly Download[] = ['mask', 'predictions', 'features', 'superpixels'];

async function open(file: File): Promise<void> {
  showProblem('');
  if (!isReady) {
    waiting = file;
    showState(`${file.name} is next: the networks are still loading`, undefined, { isBusy: true });
    return;
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    showProblem(
      `${file.name}: the file cannot be read. It may have been moved or changed since it was chosen.`,
    );
    return;
  }
  photos++;
  photo = { file, number: photos, inWorker: true, isShown: false };
  steps.clear();
  features.clear();
  showDiagnoses(undefined, undefined);
  enable(ALL, false);
  resume.hidden = true;
  cancel.hidden = false;
  element('reduced').hidden = true;
  client.send(
    { kind: 'open', photo: photos, name: file.name, bytes, settings: settings(), view: stage.view },
    [bytes.buffer],
  );
}

function showViewer(isShown: boolean): void {
  element('drop').hidden = isShown;
  element('viewer').hidden = !isShown;
  element('another').hidden = !isShown;
  if (!isShown) element('photo-name').textContent = '';
}

/** The work is over, one way or the other. */
function rest(text: string): void {
  showState(text, undefined);
  cancel.hidden = true;
}

function save({ name, type, bytes }: Extract<Reply, { kind: 'download' }>): void {
  const link = document.createElement('a');
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function showProgress({ activity: now, done, total }: Extract<Reply, { kind: 'progress' }>): void {
  activity = now;
  const unit = now === 'lin' ? 'scales' : now === 'lfn' ? 'superpixels' : undefined;
  const counted = unit === undefined || total <= 1 ? '' : `: ${done} of ${total} ${unit}`;
  showState(ACTIVITIES[now] + counted, done / total);
  announce(ACTIVITIES[now]);
  if (unit === undefined) return;
  cancel.hidden = false;
  resume.hidden = true;
  if (now === 'lfn' && done === total) {
    rest('Done');
    announce('Done.');
  }
}

/** Replies that tell of a photo's results. */
const RESULTS: readonly Reply['kind'][] = ['scores', 'superpixels', 'features', 'view', 'thumbnail'];

function receive(reply: Reply): void {
  // What was on its way when another photo was chosen tells of the one before.
  if (RESULTS.includes(reply.kind) && !photo?.isShown) return;
  switch (reply.kind) {
    case 'ready':
      isReady = true;
      cards = reply.cards;
      for (const button of document.querySelectorAll<HTMLButtonElement>('[data-card]'))
        button.disabled = false;
      controls.setDefaults(reply.settings);
      showEngines(reply.engines, (engine) => {
        showProblem('');
        cancel.hidden = photo === undefined;
        client.send({ kind: 'engine', engine });
      });
      document.body.dataset['engine'] = reply.engines.find(({ active }) => active)?.name ?? '';
      break;
    case 'progress':
      showProgress(reply);
      break;
    case 'photo': {
      if (reply.photo !== photo?.number) break;
      photo.isShown = true;
      showViewer(true);
      element('photo-name').textContent = `${reply.name}, ${sizeText(reply.original ?? reply.picture)}`;
      const note = element('reduced');
      note.hidden = reply.original === undefined;
      if (reply.original !== undefined) {
        note.textContent =
          `This photo has ${megapixels(reply.original)}; it is analysed at ${sizeText(reply.picture)}` +
          `${reply.reducedWhileDecoding ? ', reduced by the browser as it was decoded' : ''}. The networks see a short side of at most 512 pixels in any case.`;
      }
      stage.open(reply.picture);
      break;
    }
    case 'scores': {
      const { scores } = reply;
      showDiagnoses(scores, controls.lesion);
      enable(['mask', 'predictions'], true);
      const parts = (['melanoma', 'seborrheic_keratosis', 'nevus'] as const).map(
        (name) => `${DIAGNOSES[name]} ${scores.indexes[name].toFixed(2)}`,
      );
      announce(scores.emptyMask ? 'No lesion at this threshold.' : `Indexes: ${parts.join(', ')}.`);
      break;
    }
    case 'superpixels':
      enable(['superpixels'], true);
      element('features-note').textContent = `${reply.count} superpixels.`;
      break;
    case 'features':
      features.show(reply.summary, reply.done, reply.total, controls.display.threshold);
      enable(['features'], reply.done === reply.total);
      break;
    case 'view':
      stage.show(reply.view, reply.picture);
      break;
    case 'thumbnail':
      stage.showThumbnail(reply.view, reply.picture);
      break;
    case 'step':
      steps.add(reply.step);
      break;
    case 'download':
      save(reply);
      break;
    case 'cancelled':
      rest('Stopped');
      announce('Stopped.');
      resume.hidden = photo === undefined;
      break;
    case 'failed':
      showProblem(reply.problem.message);
      if (reply.request === 'open' && !photo?.isShown) {
        photo = undefined;
        showViewer(false);
      }
      if (reply.request === 'start') {
        rest('The networks could not be started');
      } else if (reply.request !== 'download') {
        rest(photo === undefined ? 'Ready for a photo' : 'Not finished');
        resume.hidden = photo === undefined;
      }
      break;
    case 'done':
      if (reply.request === 'engine' && (activity === 'engine' || activity === 'models')) {
        rest(photo === undefined ? 'Ready for a photo' : 'The other engine is ready');
        resume.hidden = photo === undefined;
      }
      if (reply.request !== 'start' || !isReady) break;
      rest(photo === undefined ? 'Ready for a photo' : 'Stopped');
      announce('Ready for a photo.');
      if (waiting !== undefined) {
        const next = waiting;
        waiting = undefined;
        void open(next);
      }
      break;
  }
}

const client = new Client(
  { lin: absolute(addresses.lin), lfn: absolute(addresses.lfn), wasm: absolute(addresses.wasm) },
  {
    onReply: receive,
    onRestart: () => {
      isReady = false;
      if (photo !== undefined) photo.inWorker = false;
      // The new worker knows nothing of what the old one had found.
      enable(ALL, false);
      cancel.hidden = true;
      resume.hidden = photo === undefined;
      announce('Stopped.');
    },
  },
);

cancel.addEventListener('click', () => {
  showState('Stopping', undefined, { isBusy: true });
  client.cancel();
});
resume.addEventListener('click', () => {
  if (photo === undefined) return;
  showProblem('');
  // Stopped by force, or before it was decoded.
  if (!photo.inWorker || !photo.isShown) return void open(photo.file);
  resume.hidden = true;
  cancel.hidden = false;
  client.send({ kind: 'resume' });
});
for (const button of downloads) {
  button.addEventListener('click', () => {
    client.send({ kind: 'download', what: button.dataset['download'] as Download });
  });
}
const card = element<HTMLDialogElement>('card');
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-card]')) {
  button.addEventListener('click', () => {
    const kind = button.dataset['card'] as keyof ModelCards;
    element('card-title').textContent = `Model card of the ${kind.toUpperCase()}`;
    element('card-text').textContent = cards?.[kind] ?? '';
    card.showModal();
  });
}
element('close-card').addEventListener('click', () => card.close());

/** `?engine=wasm` asks for an engine from the start. */
function wantedEngine(): EngineChoice | undefined {
  const wanted = new URLSearchParams(location.search).get('engine');
  return ENGINE_CHOICES.find((name) => name === wanted);
}

async function start(): Promise<void> {
  showDiagnoses(undefined, undefined);
  listenForPhotos((file) => void open(file));
  showState('Fetching the page and its networks, once', 0);
  const kept = await keepOffline((done, total) => {
    showState(
      `Fetching the page and its networks, once: ${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`,
      done / total,
    );
  });
  element('offline').textContent = kept.offline ? 'Works offline.' : `Online only: ${kept.reason}.`;
  await offerSamples((file) => void open(file));
  client.start(wantedEngine());
}

void start();
