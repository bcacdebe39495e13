package org.attn4j.models.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.models.generate.logits.ForcedTokens;
import org.attn4j.models.generate.logits.LogitsProcessor;
import org.attn4j.models.generate.logits.Normalisation;
import org.attn4j.models.generate.logits.TokenBans;
import org.attn4j.models.generate.logits.TokenPenalties;
import org.attn4j.models.generate.logits.Warpers;

/**
 * What may come next in the target of one input, whatever the model says: the decoder's prompt, the
 * forced prefix, then what the configuration's rules leave, in transformers' order.
 *
 * <p>As there, log-probabilities are not normalised anew over what is left unless the rules say so.
 * A forced first or last token costs nothing there, and so it does here; the tokens of a prefix
 * cost what the model gives them, so that a hypothesis scores as the same target given to {@link
 * SequenceScorer} does.
 */
final class TargetRules {

    private final GenerationConfig config;
    private final int input;
    private final int[] context;
    private final int promptLength;
    private final int[] forced;
    private final Lengths lengths;
    private final int limit;
    private final List<LogitsProcessor> processors;

    /**
     * @param index which input it is
     * @param model tells how many tokens there are positions for
     */
    TargetRules(
            GenerationConfig config,
            GenerationHooks hooks,
            int index,
            SearchInput in,
            SequenceToSequenceModel model) {
        this.config = config;
        input = index;
        context = in.contextOr(config.decoderStartId());
        promptLength = in.prompt().length;
        forced = in.forced();
        lengths = in.lengthsOr(config);
        limit = Math.min(lengths.most(), room(model, in));
        Require.that(
                in.prefix().length < limit,
                "a prefix must be shorter than the targets may be, got %s tokens for"
                        + " targets of at most %s",
                in.prefix().length,
                limit);
        processors = new ArrayList<>();
        addRules(in);
        addForced(hooks);
        processors.addAll(hooks.processors());
        if (config.sampling() != null) {
            addWarpers(config.sampling());
        }
        if (config.rules().renormalise()) {
            processors.add(Normalisation.logSoftmax());
        }
    }

    /** How many tokens can follow; the last of them is not read, so that it needs no position. */
    private static int room(SequenceToSequenceModel model, SearchInput in) {
        OptionalInt positions = model.maxTargetTokens();
        if (positions.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        int before = model.tokensBefore(in);
        if (before > positions.getAsInt()) {
            throw new IllegalArgumentException(
                    ("the model has positions for %s tokens, but there are %s"
                                    + " before the first that is generated: shorten them")
                            .formatted(positions.getAsInt(), before));
        }
        return positions.getAsInt() - before + 1;
    }

    /** The tokens that a configuration and an input name as ones that can come. */
    static int[] named(GenerationConfig config, SearchInput in) {
        IntStream.Builder named = IntStream.builder();
        Arrays.stream(in.forced()).forEach(named);
        named.add(config.decoderStartId());
        config.eosIds().forEach(named::add);
        config.forcedEosIds().forEach(named::add);
        if (config.forcedBosId() >= 0) {
            named.add(config.forcedBosId());
        }
        config.rules().sequenceBias().keySet().forEach(tokens -> tokens.forEach(named::add));
        return named.build().toArray();
    }

    private void addRules(SearchInput in) {
        TokenRules rules = config.rules();
        if (!rules.sequenceBias().isEmpty()) {
            processors.add(TokenPenalties.sequences(rules.sequenceBias()));
        }
        if (rules.encoderRepetitionPenalty() != 1) {
            processors.add(
                    TokenPenalties.sourceRepetition(
                            rules.encoderRepetitionPenalty(), in.seenSource()));
        }
        if (rules.repetitionPenalty() != 1) {
            processors.add(TokenPenalties.repetition(rules.repetitionPenalty()));
        }
        if (rules.noRepeatNgramSize() > 0) {
            processors.add(TokenBans.repeatedNgrams(rules.noRepeatNgramSize()));
        }
        if (rules.encoderNoRepeatNgramSize() > 0) {
            processors.add(
                    TokenBans.ngramsOfSource(rules.encoderNoRepeatNgramSize(), in.seenSource()));
        }
        if (!rules.badWords().isEmpty()) {
            processors.add(TokenBans.words(rules.badWords(), config.eosIds()));
        }
        if (lengths.least() > 0) {
            processors.add(TokenBans.before(first() + lengths.least(), config.eosIds()));
        }
    }

    private void addForced(GenerationHooks hooks) {
        TokenRules rules = config.rules();
        if (hooks.allowed() != null) {
            processors.add(
                    ForcedTokens.allowed(
                            ids -> hooks.allowed().after(input, ids), config.beams() == 1));
        }
        if (config.forcedBosId() >= 0) {
            processors.add(ForcedTokens.at(1, List.of(config.forcedBosId())));
        }
        if (!config.forcedEosIds().isEmpty()) {
            processors.add(ForcedTokens.at(first() + lengths.most() - 1, config.forcedEosIds()));
        }
        if (rules.removeInvalid()) {
            processors.add(Normalisation.finite());
        }
        if (rules.lengthDecay() != null) {
            processors.add(
                    TokenPenalties.growingEnd(
                            first() + rules.lengthDecay().start(),
                            rules.lengthDecay().factor(),
                            config.eosIds()));
        }
        if (!config.suppressedIds().isEmpty()) {
            processors.add(TokenBans.always(config.suppressedIds()));
        }
        if (!rules.beginSuppressed().isEmpty()) {
            boolean afterForced = first() == 1 && config.forcedBosId() >= 0;
            processors.add(TokenBans.at(first() + (afterForced ? 1 : 0), rules.beginSuppressed()));
        }
    }

    private void addWarpers(Sampling sampling) {
        int keep = config.beams() == 1 ? 1 : Math.max(2, config.eosIds().size() + 1);
        if (sampling.temperature() != 1) {
            processors.add(Warpers.temperature(sampling.temperature()));
        }
        if (sampling.topH() > 0) {
            processors.add(Warpers.topH(sampling.topH()));
        }
        if (sampling.topK() > 0) {
            processors.add(Warpers.topK(sampling.topK(), keep));
        }
        if (sampling.topP() < 1) {
            processors.add(Warpers.topP(sampling.topP(), keep));
        }
        if (sampling.minP() > 0) {
            processors.add(Warpers.minP(sampling.minP(), keep));
        }
        if (sampling.typicalP() < 1) {
            processors.add(Warpers.typical(sampling.typicalP(), keep));
        }
        if (sampling.epsilonCutoff() > 0) {
            processors.add(Warpers.epsilon(sampling.epsilonCutoff(), keep));
        }
        if (sampling.etaCutoff() > 0) {
            processors.add(Warpers.eta(sampling.etaCutoff(), keep));
        }
    }

    /** How many tokens stand before the first that is generated. */
    private int first() {
        return context.length + promptLength;
    }

    PartialHypothesis start() {
        return PartialHypothesis.start(context[context.length - 1]);
    }

    /** How many tokens of a target are the decoder's prompt. */
    int promptLength() {
        return promptLength;
    }

    /** The most tokens a target may have, the end token included. */
    int limit() {
        return limit;
    }

    /** Why a target ends that has as many tokens as it may have. */
    FinishReason atLimit() {
        return limit < lengths.most() ? FinishReason.POSITIONS : FinishReason.LENGTH;
    }

    /** How many steps there are at most. */
    int steps() {
        return promptLength + limit;
    }

    /** How many tokens of a target were generated. */
    int generated(PartialHypothesis partial) {
        return partial.length() - promptLength;
    }

    /** Whether the next token is given and is not to be looked at. */
    boolean inPrompt(PartialHypothesis partial) {
        return partial.length() < promptLength;
    }

    /** Whether the next token is forced and costs nothing. */
    boolean isFree(PartialHypothesis partial) {
        int length = partial.length();
        return inPrompt(partial)
                || length >= forced.length
                        && (config.forcedBosId() >= 0 && context.length + length == 1
                                || !config.forcedEosIds().isEmpty()
                                        && generated(partial) == lengths.most() - 1);
    }

    /** Why a target ends with its last token, or null if it goes on. */
    FinishReason end(PartialHypothesis partial, GenerationHooks hooks) {
        if (generated(partial) <= 0) {
            return null;
        }
        if (config.eosIds().contains(partial.token())) {
            return FinishReason.END_TOKEN;
        }
        return hooks.stops(input, partial, promptLength) ? FinishReason.STOP : null;
    }

    /** Whether the scores of the next token may change. */
    boolean changes(PartialHypothesis partial) {
        return partial.length() < forced.length || !processors.isEmpty();
    }

    /**
     * Changes the scores of the next token in place: what may not come is −∞.
     *
     * @param scores the row of scores
     * @param partial the target so far
     */
    void apply(float[] scores, PartialHypothesis partial) {
        int length = partial.length();
        if (length < forced.length) {
            int token = forced[length];
            Require.that(
                    token >= 0 && token < scores.length,
                    "a prefix token must be one of the %s target tokens, got %s",
                    scores.length,
                    token);
            float value = length < promptLength ? 0 : scores[token];
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            scores[token] = value;
        } else if (!processors.isEmpty()) {
            int[] ids = partial.after(context);
            processors.forEach(processor -> processor.process(ids, scores));
        }
    }
}
