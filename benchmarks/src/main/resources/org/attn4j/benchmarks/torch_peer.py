"""What `attn4j bench` measures, in plain PyTorch: python3 torch_peer.py KIND NUMBERS THREADS.

Works once for each line of standard input, and answers each with a line of JSON: the CPU time of
this process since the line came, and the most memory that it ever held. NUMBERS is a JSON object.
"""

import json
import math
import os
import resource
import sys
import time


def has_avx512():
    try:
        with open("/proc/cpuinfo") as file:
            return " avx512vl" in file.read()
    except OSError:
        return False


if has_avx512():
    # OpenBLAS computes with SSE3 on processors that are younger than it.
    os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"

import torch
from torch import nn
from torch.nn import functional


def train(n):
    """A step of an encoder that tells a token for each token, with Adam."""

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            size = n["modelSize"]
            self.embedding = nn.Embedding(n["vocabulary"], size)
            self.layers = nn.ModuleList(
                nn.TransformerEncoderLayer(
                    size, n["heads"], 4 * size, n["dropout"], "relu", batch_first=True
                )
                for _ in range(n["layers"])
            )
            self.output = nn.Linear(size, n["vocabulary"])

        def forward(self, ids):
            x = self.embedding(ids)  # (B, T, D)
            for layer in self.layers:
                x = layer(x)
            return self.output(x)

    model = Encoder()
    optimizer = torch.optim.Adam(model.parameters())
    ids = torch.arange(n["batch"] * n["length"]) * 31 % n["vocabulary"]
    ids = ids.view(n["batch"], n["length"])

    def run():
        loss = functional.cross_entropy(model(ids).flatten(0, 1), ids.flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return run


def attention(n):
    """Multi-head self-attention as a block, forward or with its backward pass."""
    size, backward = n["modelSize"], n["backward"]
    block = nn.MultiheadAttention(size, n["heads"], batch_first=True).train(backward)
    x = torch.randn(n["batch"], n["length"], size, requires_grad=backward)
    direction = torch.randn(n["batch"], n["length"], size)  # of the gradient

    def run():
        with torch.set_grad_enabled(backward):
            y, _ = block(x, x, x, need_weights=False)
        if backward:
            block.zero_grad(set_to_none=True)
            x.grad = None
            (y * direction).sum().backward()

    return run


class Attention(nn.Module):
    """Attention to keys and values that are given, or kept and added to."""

    def __init__(self, size, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(size, size) for _ in range(4))

    def split(self, x):  # (R, T, D) -> (R, N, T, H)
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def keys_and_values(self, x):
        return self.split(self.key(x)), self.split(self.value(x))

    def forward(self, x, keys, values, mask=None):
        query = self.split(self.query(x))
        scores = query @ keys.transpose(2, 3) / math.sqrt(query.shape[3])  # (R, N, T, S)
        if mask is not None:
            scores = scores + mask
        context = torch.softmax(scores, -1) @ values
        return self.output(context.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """A pre-norm layer of an encoder, or of a decoder."""

    def __init__(self, size, heads, inner, decoder):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(size) for _ in range(3 if decoder else 2))
        self.attention = Attention(size, heads)
        self.cross = Attention(size, heads) if decoder else None
        self.fc1, self.fc2 = nn.Linear(size, inner), nn.Linear(inner, size)

    def inner(self, x):
        return x + self.fc2(functional.relu(self.fc1(self.norms[-1](x))))

    def encode(self, x, mask):
        y = self.norms[0](x)
        return self.inner(x + self.attention(y, *self.attention.keys_and_values(y), mask))

    def decode(self, x, cache, memory, mask):
        y = self.norms[0](x)
        new = self.attention.keys_and_values(y)
        cache = new if cache is None else [torch.cat(both, 2) for both in zip(cache, new)]
        x = x + self.attention(y, *cache)
        x = x + self.cross(self.norms[1](x), *memory, mask)
        return self.inner(x), cache


def translate(n):
    """Beam search without an end token; a sentence ends some tokens after its source."""
    size, vocabulary, beams = n["modelSize"], n["vocabulary"], n["beams"]
    layer = (size, n["heads"], n["innerSize"])
    encoder = nn.ModuleList(Layer(*layer, False) for _ in range(n["layers"]))
    decoder = nn.ModuleList(Layer(*layer, True) for _ in range(n["layers"]))
    norms = nn.LayerNorm(size), nn.LayerNorm(size)
    embedding = nn.Embedding(vocabulary, size)
    positions = torch.randn(1024, size)
    lengths = sorted(n["lengths"])

    def search(lengths):
        longest = lengths[-1]
        ids = torch.arange(len(lengths) * longest).view(-1, longest) * 31 % vocabulary
        hidden = torch.arange(longest) >= torch.tensor(lengths)[:, None]  # (B, S)
        mask = torch.zeros(hidden.shape).masked_fill(hidden, -math.inf)[:, None, None]
        x = embedding(ids) * math.sqrt(size) + positions[:longest]
        for each in encoder:
            x = each.encode(x, mask)
        x = norms[0](x).repeat_interleave(beams, 0)  # (B·K, S, D)
        mask = mask.repeat_interleave(beams, 0)
        memories = [each.cross.keys_and_values(x) for each in decoder]
        caches = [None] * len(decoder)
        ends = torch.tensor(lengths) + n["longer"]
        scores = torch.tensor([0.0] + [-math.inf] * (beams - 1)).repeat(len(lengths), 1)  # (B, K)
        last = torch.ones(len(lengths) * beams, dtype=torch.long)
        targets = torch.empty(len(last), 0, dtype=torch.long)
        found = []
        step = 0
        while len(ends):
            x = (embedding(last) * math.sqrt(size) + positions[step])[:, None]
            for i, each in enumerate(decoder):
                x, caches[i] = each.decode(x, caches[i], memories[i], mask)
            logits = functional.linear(norms[1](x[:, 0]), embedding.weight)  # (R, V)
            totals = scores.view(-1, 1) + torch.log_softmax(logits, -1)
            scores, best = totals.view(len(ends), -1).topk(beams)  # (B, K)
            rows = best.div(vocabulary, rounding_mode="floor")
            rows = (rows + torch.arange(len(ends))[:, None] * beams).flatten()
            last = (best % vocabulary).flatten()
            targets = torch.cat([targets[rows], last[:, None]], 1)
            step += 1
            alive = ends > step
            found += targets.view(len(ends), beams, -1)[~alive, 0].tolist()
            kept = alive.repeat_interleave(beams).nonzero().flatten()
            caches = [[part[rows[kept]] for part in cache] for cache in caches]
            if len(kept) < len(rows):
                memories = [[part[kept] for part in memory] for memory in memories]
                mask, last, targets = mask[kept], last[kept], targets[kept]
                scores, ends = scores[alive], ends[alive]
        return found

    def run():
        with torch.no_grad():
            for start in range(0, len(lengths), n["together"]):
                search(lengths[start : start + n["together"]])

    return run


def answer(since):
    cpu = time.process_time_ns() - since
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"cpuNanos": cpu, "peakBytes": peak}), flush=True)


def main(kind, numbers, threads):
    torch.manual_seed(1)
    torch.set_num_threads(int(threads))
    run = {"train": train, "attention": attention, "translate": translate}[kind](
        json.loads(numbers)
    )
    answer(time.process_time_ns())
    for _ in sys.stdin:
        since = time.process_time_ns()
        run()
        answer(since)


if __name__ == "__main__":
    main(*sys.argv[1:])
