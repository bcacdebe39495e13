package org.attn4j.cli.task.language;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.datasets.CausalText;
import org.attn4j.datasets.Dialogue;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizedText;

/** Turns texts into what a causal language model learns of them. */
final class CausalEncoder {

    private static final EncodeOptions BARE = EncodeOptions.DEFAULT.withoutSpecialTokens();

    private final ModelTokenizer tokenizer;
    private final DialogueTemplate template;

    CausalEncoder(ModelTokenizer tokenizer, DialogueTemplate template) {
        this.tokenizer = tokenizer;
        this.template = template;
    }

    /**
     * Encoded text.
     *
     * @param text the tokens; null where there are not two
     * @param characters how many characters (code points) the learned tokens stand for
     */
    record Encoded(CausalText text, long characters) {

        static Encoded of(List<int[]> parts, List<Boolean> learned, long characters) {
            int[] ids = parts.stream().flatMapToInt(Arrays::stream).toArray();
            if (ids.length < 2) {
                return new Encoded(null, 0);
            }
            boolean[] flags = new boolean[ids.length];
            int at = 0;
            for (int i = 0; i < parts.size(); i++) {
                Arrays.fill(flags, at, at + parts.get(i).length, learned.get(i));
                at += parts.get(i).length;
            }
            return new Encoded(new CausalText(ids, flags), characters);
        }
    }

    /**
     * Encodes a text, with the start token of the tokenizer if it has one.
     *
     * @param ended whether the end token follows
     */
    Encoded encode(String text, boolean ended) {
        TokenizedText tokens = tokenizer.encode(text);
        int[] ids = tokens.openIds();
        List<int[]> parts = new ArrayList<>(List.of(ids));
        if (ended) {
            tokenizer.eosId().ifPresent(id -> parts.add(new int[] {id}));
        }
        // Of a first token that nothing stands before, no character is predicted.
        boolean given = ids.length > 0 && !tokens.special()[0];
        String predicted = given ? text.substring(tokens.offsets()[0][1]) : text;
        return Encoded.of(parts, parts.stream().map(part -> true).toList(), count(predicted));
    }

    /**
     * Encodes a dialogue: the assistant's texts are learned, and that they end. What stands between
     * them is encoded as one text, as a prompt is that a model is asked with.
     */
    Encoded encode(Dialogue dialogue) {
        int end =
                tokenizer
                        .eosId()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the tokenizer has no end token, so that a model"
                                                        + " could not learn where an answer ends:"
                                                        + " name an eos_token in"
                                                        + " tokenizer_config.json"));
        List<int[]> parts = new ArrayList<>();
        List<Boolean> learned = new ArrayList<>();
        StringBuilder prompt = new StringBuilder();
        long characters = 0;
        for (Dialogue.Turn turn : dialogue.turns()) {
            prompt.append(template.before(turn.role()));
            if (turn.role() != Dialogue.Role.ASSISTANT) {
                prompt.append(turn.text()).append(template.behind(turn.role()));
                continue;
            }
            String answer = turn.text() + template.behind(turn.role());
            parts.add(prompt(prompt.toString(), parts.isEmpty()));
            parts.add(IntStream.concat(ids(answer), IntStream.of(end)).toArray());
            learned.addAll(List.of(false, true));
            characters += count(answer);
            prompt.setLength(0);
        }
        return Encoded.of(parts, learned, characters);
    }

    private int[] prompt(String prompt, boolean first) {
        return first ? tokenizer.encode(prompt).openIds() : ids(prompt).toArray();
    }

    private IntStream ids(String text) {
        return Arrays.stream(tokenizer.encode(text, BARE).ids()).mapToInt(Math::toIntExact);
    }

    /** Encodes texts as one stream, with the end token behind each if they are apart. */
    Encoded stream(List<String> texts, boolean apart) {
        if (!apart) {
            Encoded all = encode(String.join("", texts), false);
            Require.that(all.text != null, "the texts must have two tokens at least");
            return all;
        }
        List<int[]> parts = new ArrayList<>();
        long characters = 0;
        for (String text : texts) {
            Encoded encoded = encode(text, true);
            if (encoded.text != null) {
                parts.add(encoded.text.ids());
                characters += parts.size() == 1 ? encoded.characters : count(text);
            }
        }
        return Encoded.of(parts, parts.stream().map(part -> true).toList(), characters);
    }

    private static long count(String text) {
        return text.codePointCount(0, text.length());
    }
}
