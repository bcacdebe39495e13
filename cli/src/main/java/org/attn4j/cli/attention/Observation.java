package org.attn4j.cli.attention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelSite;
import org.attn4j.models.model.ModelSite.Sublayer;
import org.attn4j.models.task.ObservedModel;
import org.attn4j.models.task.ObservedSequence;
import org.attn4j.models.task.ObservedToken;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.RecordedAttention;
import org.attn4j.visual.ShownAttention.Kind;
import org.attn4j.visual.ShownTokens;

/**
 * What a model attended to when it read a text.
 *
 * @param sequences the tokens that attend and are attended to
 * @param attentions the weights of each site, in the order of the computation
 */
record Observation(List<ObservedSequence> sequences, List<ObservedAttention> attentions) {

    /** Runs a model on a text, and on a second one or none. */
    static Observation of(
            ObservedModel model, String text, String second, AttentionRecorder recorder)
            throws IOException {
        List<ObservedSequence> read = model.observe(text, second, recorder);
        Map<String, ObservedSequence> sequences = new LinkedHashMap<>();
        read.forEach(it -> sequences.put(it.name(), it));
        List<ObservedAttention> attentions = new ArrayList<>();
        for (RecordedAttention recorded : recorder.recorded()) {
            Kind kind = kind(recorded.site());
            attentions.add(
                    new ObservedAttention(
                            recorded,
                            kind,
                            layer(recorded.site()),
                            named(sequences, queries(kind), recorded.queries()),
                            named(sequences, keys(kind), recorded.keys()),
                            model.mechanism(recorded.site()).orElse(null)));
        }
        Require.that(
                !attentions.isEmpty(),
                "%s tells no attention weights",
                model.model().model().architecture());
        return new Observation(List.copyOf(sequences.values()), attentions);
    }

    static int layer(String name) {
        return ModelSite.of(name).map(ModelSite::layer).orElse(OptionalInt.empty()).orElse(0);
    }

    static Kind kind(String name) {
        return ModelSite.of(name).map(Observation::kind).orElse(Kind.SELF);
    }

    private static Kind kind(ModelSite site) {
        if (site.sublayer() == Sublayer.CROSS_ATTENTION) {
            return Kind.CROSS;
        }
        return switch (site.side()) {
            case ENCODER -> Kind.ENCODER;
            case DECODER -> Kind.DECODER;
            case ONLY -> Kind.SELF;
        };
    }

    private static String queries(Kind kind) {
        return switch (kind) {
            case SELF -> ObservedSequence.TEXT;
            case ENCODER -> ObservedSequence.SOURCE;
            case DECODER -> ObservedSequence.TARGET;
            case CROSS -> ObservedSequence.OUTPUT;
        };
    }

    private static String keys(Kind kind) {
        return kind == Kind.CROSS ? ObservedSequence.SOURCE : queries(kind);
    }

    /**
     * The name of a sequence of so many tokens. What a mechanism looks at beside the tokens, such
     * as vectors of its own, stands behind them; a sequence of fewer is known by positions alone.
     * An encoder alone may name its sites as those of a larger model: it reads the text.
     */
    private static String named(Map<String, ObservedSequence> sequences, String name, int count) {
        String base = sequences.containsKey(name) ? name : ObservedSequence.TEXT;
        List<ObservedToken> own = sequences.get(base).tokens();
        if (count == own.size()) {
            return base;
        }
        String other = base + " (" + count + ")";
        List<ObservedToken> tokens = new ArrayList<>(count > own.size() ? own : List.of());
        String prefix = tokens.isEmpty() ? "" : "+";
        for (int i = 1; tokens.size() < count; i++) {
            tokens.add(ObservedToken.added(prefix + i));
        }
        sequences.put(other, new ObservedSequence(other, sequences.get(base).texts(), tokens));
        return other;
    }

    /** The attentions of one kind, of one layer, or all; null for any. */
    Observation only(Kind kind, Integer layer) {
        List<ObservedAttention> some =
                attentions.stream()
                        .filter(it -> kind == null || it.kind() == kind)
                        .filter(it -> layer == null || it.layer() == layer)
                        .toList();
        Require.that(
                !some.isEmpty(),
                "--kind and --layer must name an attention of the model: it has %s",
                String.join(", ", attentions.stream().map(ObservedAttention::label).toList()));
        return with(some);
    }

    /** What is looked at first: the last attention, if possible one of decoder and encoder. */
    ObservedAttention main() {
        return Stream.of(Kind.CROSS, null)
                .map(kind -> attentions.stream().filter(it -> kind == null || it.kind() == kind))
                .map(some -> some.reduce((first, second) -> second))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow();
    }

    /** The name of the sequence of so many tokens that looks. */
    String sequence(Kind kind, int count) {
        return attentions.stream()
                .filter(it -> it.kind() == kind && it.recorded().queries() == count)
                .findFirst()
                .orElseThrow()
                .queries();
    }

    /** These tokens with other attentions. */
    Observation with(List<ObservedAttention> others) {
        return new Observation(sequences, others);
    }

    /** The tokens of each sequence that a model read or wrote. */
    Map<String, List<String>> tokens() {
        Map<String, List<String>> tokens = new LinkedHashMap<>();
        for (ObservedSequence sequence : sequences) {
            tokens.put(
                    sequence.name(), sequence.tokens().stream().map(ObservedToken::token).toList());
        }
        return tokens;
    }

    /** What a decoder wrote, or else the second text that was given. */
    String target(String given) {
        return sequences.stream()
                .filter(it -> it.name().equals(ObservedSequence.OUTPUT))
                .map(it -> it.texts().get(0))
                .findFirst()
                .orElse(given);
    }

    /** A page of all attentions. */
    AttentionPage.Builder page(String title) {
        AttentionPage.Builder page = AttentionPage.builder(title);
        for (ObservedSequence sequence : sequences) {
            if (attentions.stream().anyMatch(it -> isOf(it, sequence.name()))) {
                page.addTokens(shown(sequence));
            }
        }
        attentions.forEach(it -> page.addAttention(it.shown()));
        return page;
    }

    private static boolean isOf(ObservedAttention attention, String sequence) {
        return attention.queries().equals(sequence) || attention.keys().equals(sequence);
    }

    private static ShownTokens shown(ObservedSequence sequence) {
        return new ShownTokens(
                sequence.name(),
                sequence.tokens().stream().map(ObservedToken::text).toList(),
                sequence.tokens().stream().map(ObservedToken::word).toList());
    }
}
