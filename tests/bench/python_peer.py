"""Python's multiprocessing: `python_peer.py`, orders on stdin as lines `JOB COUNT`, one figure a line on stdout."""
import multiprocessing as mp
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory
from statistics import median
from time import perf_counter

WARM = 200


def semaphore(a, b, n):
    for _ in range(n):
        a.acquire()
        b.release()


def event(a, b, n):
    for _ in range(n):
        a.wait()
        a.clear()
        b.set()


def barrier(a, _, n):
    for _ in range(n):
        a.wait()


def value(v, gate, n):
    gate.wait()
    for _ in range(n):
        with v.get_lock():
            v.value += 1
    gate.wait()


def count_both(ctx, n):
    """Milliseconds until two processes have counted so far."""
    v, gate = ctx.Value("i", 0), ctx.Barrier(3)
    both = [ctx.Process(target=value, args=(v, gate, n)) for _ in range(2)]
    for process in both:
        process.start()
    gate.wait()
    start = perf_counter()
    gate.wait()
    end = perf_counter()
    for process in both:
        process.join()
    assert v.value == 2 * n
    return (end - start) * 1e3


def fill(q, n):
    for i in range(n):
        q.put({"id": i, "name": "item", "x": i * 0.5, "y": -i})


def echo(a, b, n):
    for _ in range(n):
        b.put(a.get())


def drain_queue(ctx, n):
    """Messages a second of one producer, counted from the first that came."""
    q = ctx.Queue()
    process = ctx.Process(target=fill, args=(q, n + 1))
    process.start()
    q.get()
    start = perf_counter()
    for _ in range(n):
        last = q.get()
    end = perf_counter()
    process.join()
    assert last["id"] == n
    return n / (end - start)


def collect(r, answer, n):
    for _ in range(n):
        r.recv_bytes()
    answer.send(n)


def pipe(ctx, size, n):
    """Messages of so many bytes in a second, from one process to another."""
    r, w = ctx.Pipe(duplex=False)
    answer, done = ctx.Pipe(duplex=False)
    process = ctx.Process(target=collect, args=(r, done, n + 1))
    process.start()
    message = bytes(size)
    # The other process is up when it has read the first.
    w.send_bytes(message)
    while r.poll():
        pass
    start = perf_counter()
    for _ in range(n):
        w.send_bytes(message)
    assert answer.recv() == n + 1
    end = perf_counter()
    process.join()
    return n / (end - start)


def collect_objects(r, answer, n):
    for _ in range(n):
        last = r.recv()
    answer.send(last["id"])


def pipe_objects(ctx, n):
    """Small objects in a second, from one process to another."""
    r, w = ctx.Pipe(duplex=False)
    answer, done = ctx.Pipe(duplex=False)
    process = ctx.Process(target=collect_objects, args=(r, done, n + 1))
    process.start()
    # The other process is up when it has read the first.
    w.send({"id": -1})
    while r.poll():
        pass
    start = perf_counter()
    for i in range(n):
        w.send({"id": i, "name": "item", "x": i * 0.5, "y": -i})
    assert answer.recv() == n - 1
    end = perf_counter()
    process.join()
    return n / (end - start)


def square(x):
    return x * x


def crunch(rounds):
    total = 0
    for i in range(rounds):
        total += i % 7
    return total


def pool_map(ctx, n, chunk):
    """Milliseconds of a map over so many numbers, by two processes."""
    with ctx.Pool(2) as pool:
        xs = list(range(n))
        pool.map(square, xs, chunk)
        figures = []
        for _ in range(9):
            start = perf_counter()
            squares = pool.map(square, xs, chunk)
            figures.append((perf_counter() - start) * 1e3)
            assert squares[-1] == (n - 1) ** 2
    return median(figures)


def executor_map(n):
    """The same by a ProcessPoolExecutor, which sends one by one."""
    ctx = mp.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=ctx) as pool:
        list(pool.map(square, range(200)))
        start = perf_counter()
        squares = list(pool.map(square, range(n)))
        end = perf_counter()
    assert squares[-1] == (n - 1) ** 2
    return (end - start) * 1e3


def pool_cpu(ctx, n):
    """How many times faster two processes compute than one."""
    with ctx.Pool(2) as pool:
        pool.map(crunch, [1000, 1000], 1)
        start = perf_counter()
        for _ in range(8):
            crunch(n)
        middle = perf_counter()
        pool.map(crunch, [n] * 8, 1)
        end = perf_counter()
    return (middle - start) / (end - middle)


def region(n):
    """Microseconds in which a region is made, opened by its name and unlinked."""
    start = perf_counter()
    for _ in range(n):
        owner = shared_memory.SharedMemory(create=True, size=4096)
        guest = shared_memory.SharedMemory(name=owner.name)
        guest.close()
        owner.close()
        owner.unlink()
    return (perf_counter() - start) / n * 1e6


def shareable_list(n, write):
    """Nanoseconds of an access to a number of a list."""
    numbers = shared_memory.ShareableList(["howdy", -273.154, 100, None, True])
    start = perf_counter()
    if write:
        for i in range(n):
            numbers[2] = i
    else:
        for _ in range(n):
            numbers[2]
    end = perf_counter()
    numbers.shm.close()
    numbers.shm.unlink()
    return (end - start) / n * 1e9


def put_result(q):
    q.put(42)


def process_start(ctx, n):
    """Milliseconds of a process from its start to its result."""
    times = []
    for _ in range(n):
        start = perf_counter()
        q = ctx.Queue()
        process = ctx.Process(target=put_result, args=(q,))
        process.start()
        assert q.get() == 42
        times.append(perf_counter() - start)
        process.join()
    return median(times) * 1e3


def lock_often(lock, number, gate, n):
    gate.wait()
    for _ in range(n):
        lock.acquire()
        number.value += 1
        lock.release()
    gate.wait()


def lock_both(ctx, n):
    """Microseconds of a lock that two processes want again and again."""
    lock, number, gate = ctx.Lock(), ctx.RawValue("i", 0), ctx.Barrier(3)
    args = (lock, number, gate, n)
    both = [ctx.Process(target=lock_often, args=args) for _ in range(2)]
    for process in both:
        process.start()
    gate.wait()
    start = perf_counter()
    gate.wait()
    end = perf_counter()
    for process in both:
        process.join()
    assert number.value == 2 * n
    return (end - start) / (2 * n) * 1e6


def send_back(end, n):
    for _ in range(n):
        end.send(end.recv())


def process_rtt(ctx, n):
    """Microseconds there and back through a pipe."""
    end, other = ctx.Pipe()
    process = ctx.Process(target=send_back, args=(other, n + WARM))
    process.start()
    for i in range(n + WARM):
        if i == WARM:
            start = perf_counter()
        end.send(i)
        assert end.recv() == i
    took = perf_counter() - start
    process.join()
    return took / n * 1e6


def manager(ctx, n, is_set):
    """Microseconds of one read, or one write, of a managed dict."""
    with ctx.Manager() as m:
        d = m.dict()
        d["key"] = n - 1
        start = perf_counter()
        if is_set:
            for i in range(n):
                d["key"] = i
        else:
            for _ in range(n):
                d["key"]
        end = perf_counter()
        assert d["key"] == n - 1
        return (end - start) / n * 1e6


def measure(job, n):
    """Microseconds of a round trip, or of a meeting."""
    ctx = mp.get_context("spawn")
    if job == "value":
        return count_both(ctx, n)
    if job.startswith("pool-map"):
        return pool_map(ctx, n, 1 if job == "pool-map-1" else None)
    if job == "executor-map":
        return executor_map(n)
    if job == "pool-cpu":
        return pool_cpu(ctx, n)
    if job == "region":
        return region(n)
    if job.startswith("manager-"):
        return manager(ctx, n, job == "manager-set")
    if job.startswith("list-"):
        return shareable_list(n, job == "list-set")
    if job == "process-start":
        return process_start(ctx, n)
    if job == "process-rtt":
        return process_rtt(ctx, n)
    if job == "queue":
        return drain_queue(ctx, n)
    if job == "pipe-objects":
        return pipe_objects(ctx, n)
    if job.startswith("pipe-"):
        return pipe(ctx, 1 << 20 if job == "pipe-1m" else 1 << 10, n)
    if job == "lock-both":
        return lock_both(ctx, n)
    if job == "mutex":
        lock = ctx.Lock()
        start = perf_counter()
        for _ in range(n):
            lock.acquire()
            lock.release()
        return (perf_counter() - start) / n * 1e9
    if job == "semaphore":
        a, b = ctx.Semaphore(0), ctx.Semaphore(0)
        other = semaphore

        def step():
            a.release()
            b.acquire()
    elif job == "queue_rtt":
        a, b = ctx.Queue(), ctx.Queue()
        other = echo

        def step():
            a.put(1)
            b.get()
    elif job == "event":
        a, b = ctx.Event(), ctx.Event()
        other = event

        def step():
            a.set()
            b.wait()
            b.clear()
    else:
        a = b = ctx.Barrier(2)
        other = barrier
        step = a.wait
    process = ctx.Process(target=other, args=(a, b, n + WARM))
    process.start()
    for _ in range(WARM):
        step()
    start = perf_counter()
    for _ in range(n):
        step()
    end = perf_counter()
    process.join()
    return (end - start) / n * 1e6


if __name__ == "__main__":
    for line in sys.stdin:
        job, count = line.split()
        print(measure(job, int(count)), flush=True)
