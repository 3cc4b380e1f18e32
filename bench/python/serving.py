"""The worker's side of the protocol: answers questions in lines of JSON, as src/serve.ts does for ours."""
import json
import math
import resource
import sys
import time


def answer(message):
    print(json.dumps(message), flush=True)


def status_bytes(field):
    """A line of Linux's status of this process, in bytes, or None."""
    try:
        with open('/proc/self/status') as status:
            for line in status:
                if line.startswith(field + ':'):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def peak_bytes():
    """The largest resident set that this process ever had."""
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == 'darwin' else 1024
    return status_bytes('VmHWM') or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class Work:
    """Work that is taken a step at a time; a subclass says which."""

    weights = None

    def name(self):
        """The peer as a row names it."""
        raise NotImplementedError

    def step(self):
        """Takes one step and returns any number of its result, which has to be finite."""
        raise NotImplementedError

    def figure(self, milliseconds):
        """A step's figure, from its milliseconds."""
        return milliseconds

    def answers(self):
        """Answers to questions of this work's own, by name."""
        return {}


def take_steps(work, count):
    figures = []
    for _ in range(count):
        start = time.perf_counter()
        last = float(work.step())
        figures.append(work.figure((time.perf_counter() - start) * 1e3))
    if not math.isfinite(last):
        raise ArithmeticError(f'a step gave {last}, which is no work to measure')
    return {'times': figures, 'last': last}


def serve(prepare):
    """Prepares the work that the command line specifies, says that it is ready, and serves it."""
    try:
        work = prepare(json.loads(sys.argv[1]))
        facts = {} if work.weights is None else {'weights': work.weights}
        answer({'ready': {'name': work.name(), **facts}})
        for line in sys.stdin:
            question = json.loads(line)
            if question['do'] == 'steps':
                answer(take_steps(work, question['count']))
            elif question['do'] == 'memory':
                answer({'peak': peak_bytes() / 1e6})
            else:
                answer(work.answers()[question['do']](question))
    except Exception as error:  # whatever it is, the harness wants the reason
        answer({'error': f'{type(error).__name__}: {error}'})
        sys.exit(1)
