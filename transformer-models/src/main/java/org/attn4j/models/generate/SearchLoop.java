package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decodes sources step by step until each is done. As many as fit are decoded together; when some
 * are done, others take their places where the decoder lets rows join, and else when all are done.
 */
final class SearchLoop {

    /** More sources together are no faster. */
    private static final int MOST_TOGETHER = 64;

    /** The most tokens of the sources that are decoded together, padding included. */
    private static final int MOST_TOKENS = 4096;

    /** The most scores of a step. */
    private static final long MOST_SCORES = 1 << 26;

    /** Sources are begun when there is room for one in so many of those that fit. */
    private static final int FEWEST_JOINING = 4;

    /** Fewer tokens of the vocabulary than one in so many are worth an output of their own. */
    private static final int FEWEST_CHOSEN = 2;

    /** A source that is decoded. */
    interface Source {

        /** How many steps there are at most. */
        int steps();

        /** The last token of each of its rows; of one row at the start. */
        int[] lastIds();

        /**
         * Takes a step.
         *
         * @param scores of its rows
         * @param firstRow the number of the first of these among all
         * @return the rows, of all, that its rows from now continue; none when it is done
         */
        List<Integer> advance(StepScores scores, int firstRow);
    }

    private final SequenceToSequenceModel model;
    private final NDManager manager;
    private final GenerationConfig config;
    private final boolean normalised;
    private final List<SearchInput> inputs;
    private final List<? extends Source> sources;
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final int most; // sources together
    private final SourceCandidates candidates; // null to choose among every token
    private int chosenFor; // of how many sources the session's tokens are
    private List<Integer> active = new ArrayList<>(); // in the order of their rows
    private DecodingSession session; // of these; null if there are none

    /**
     * Prepares to decode.
     *
     * @param manager says which engine and device to use
     * @param hooks tell among which tokens is chosen
     * @param normalised whether the sources take log-probabilities, not logits
     * @param inputs what is decoded from
     * @param sources the state of each
     */
    SearchLoop(
            SequenceToSequenceModel model,
            NDManager manager,
            GenerationConfig config,
            GenerationHooks hooks,
            boolean normalised,
            List<SearchInput> inputs,
            List<? extends Source> sources) {
        this.model = model;
        this.manager = manager;
        this.config = config;
        this.normalised = normalised;
        this.inputs = inputs;
        this.sources = sources;
        most = model.decodesApart() ? most() : Math.max(1, inputs.size());
        boolean chooses = hooks.shortlist() != null && hooks.allowed() == null;
        candidates =
                chooses
                        ? new SourceCandidates(
                                hooks.shortlist(), config, inputs, model.targetVocabularySize())
                        : null;
        Comparator<Integer> order =
                inputs.size() > most ? Comparator.comparingInt(this::length) : (a, b) -> 0;
        IntStream.range(0, inputs.size()).boxed().sorted(order).forEach(waiting::add);
    }

    private int most() {
        long perSource =
                (long) model.targetVocabularySize() * Math.max(config.beams(), config.nBest());
        return (int) Math.max(1, Math.min(MOST_TOGETHER, MOST_SCORES / perSource));
    }

    private int length(int input) {
        return inputs.get(input).source().length;
    }

    /** Decodes all sources. */
    void run() {
        try {
            while (!waiting.isEmpty() || !active.isEmpty()) {
                List<Integer> next = next();
                if (next.isEmpty()) {
                    active = advanced(session, active);
                    if (candidates != null && 2 * active.size() <= chosenFor) {
                        choose(session, active);
                    }
                } else {
                    begin(next);
                }
                if (active.isEmpty()) {
                    end();
                }
            }
        } finally {
            end();
        }
    }

    /** The sources that are to begin now. */
    private List<Integer> next() {
        if (!active.isEmpty() && !session.joins()) {
            return List.of();
        }
        int longest = active.stream().mapToInt(this::length).max().orElse(0);
        List<Integer> next = new ArrayList<>();
        for (int input : waiting) {
            longest = Math.max(longest, length(input));
            int together = active.size() + next.size() + 1;
            boolean alone = together == 1;
            boolean fits = !model.decodesApart() || (long) together * longest <= MOST_TOKENS;
            if (!alone && (together > most || !fits)) {
                break;
            }
            next.add(input);
        }
        boolean enough =
                active.isEmpty()
                        || next.size() == waiting.size()
                        || next.size() * FEWEST_JOINING >= most;
        return enough ? next : List.of();
    }

    private void begin(List<Integer> next) {
        next.forEach(input -> waiting.remove());
        DecodingSession begun =
                new DecodingSession(
                        model,
                        manager,
                        next.stream().map(inputs::get).toList(),
                        config,
                        next.stream().mapToInt(it -> sources.get(it).steps()).max().orElse(1));
        List<Integer> going;
        try {
            choose(begun, next);
            going = advanced(begun, next);
            if (session != null && !going.isEmpty()) {
                session.join(begun);
            }
        } catch (RuntimeException e) {
            begun.close();
            throw e;
        }
        if (session == null) {
            session = begun;
        } else {
            begun.close();
        }
        active.addAll(going);
        if (active.size() > going.size()) {
            choose(session, active);
        }
    }

    /** Computes from now on the scores of the tokens of sources alone, if these are few. */
    private void choose(DecodingSession of, List<Integer> some) {
        chosenFor = some.size();
        if (candidates == null || some.isEmpty()) {
            return;
        }
        int[] union = candidates.union(some);
        boolean few = union.length <= model.targetVocabularySize() / FEWEST_CHOSEN;
        candidates.find(some, of.choose(few ? union : null) ? union : null);
    }

    /** Takes a step of some sources, and returns those that go on. */
    private List<Integer> advanced(DecodingSession of, List<Integer> some) {
        long[] lastIds =
                some.stream()
                        .flatMapToInt(it -> Arrays.stream(sources.get(it).lastIds()))
                        .asLongStream()
                        .toArray();
        boolean whole = candidates == null || candidates.areAll(some);
        DecodingSession.Scores all = of.step(lastIds, normalised && whole);
        float[] values = all.values();
        int width = all.width();
        List<Integer> going = new ArrayList<>();
        List<Integer> rows = new ArrayList<>();
        int firstRow = 0;
        for (int input : some) {
            Source source = sources.get(input);
            int ownRows = source.lastIds().length;
            StepScores scores =
                    whole
                            ? StepScores.ofAll(values, firstRow, width)
                            : candidates.of(input, values, width, firstRow, ownRows, normalised);
            List<Integer> parents = source.advance(scores, firstRow);
            firstRow += ownRows;
            if (!parents.isEmpty()) {
                going.add(input);
                rows.addAll(parents);
            }
        }
        if (!going.isEmpty()) {
            of.select(rows.stream().mapToInt(Integer::intValue).toArray());
        }
        return going;
    }

    private void end() {
        if (session != null) {
            session.close();
            session = null;
        }
    }
}
