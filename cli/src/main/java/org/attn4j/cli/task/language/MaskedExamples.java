package org.attn4j.cli.task.language;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.language.TextData.Split;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.datasets.MaskableText;
import org.attn4j.datasets.MaskedTexts;
import org.attn4j.datasets.SingleMasks;
import org.attn4j.datasets.TokenMasking;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;

/** A part of the data as a masked language model reads it. */
final class MaskedExamples {

    private final List<MaskableText> texts;
    private final BatchingConfig batching;
    private final int maskId;
    private final RunTokenizer tokenizer;

    private MaskedExamples(
            List<MaskableText> texts, BatchingConfig batching, int maskId, RunTokenizer tokenizer) {
        this.texts = texts;
        this.batching = batching;
        this.maskId = maskId;
        this.tokenizer = tokenizer;
    }

    /** Reads and encodes a part; texts of more than {@code batching.maxLength} tokens are cut. */
    static MaskedExamples of(
            TextData data, Split split, BatchingConfig batching, RunTokenizer tokenizer)
            throws IOException {
        int maskId =
                tokenizer
                        .tokenizer()
                        .maskId()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the tokenizer has no mask token, so that nothing"
                                                        + " can be hidden: take that of a masked"
                                                        + " language model"));
        Set<Long> special = special(tokenizer.tokenizer());
        EncodeOptions options = EncodeOptions.upTo(batching.maxLength());
        List<MaskableText> texts = new ArrayList<>();
        for (String text : data.texts(split)) {
            for (TokenizedText window : tokenizer.tokenizer().windows(TextPair.of(text), options)) {
                int[] words = words(window, special);
                if (Arrays.stream(words).anyMatch(word -> word >= 0)) {
                    int[] ids = Arrays.stream(window.ids()).mapToInt(Math::toIntExact).toArray();
                    texts.add(new MaskableText(ids, words));
                }
            }
        }
        if (texts.isEmpty()) {
            throw new CorpusException(
                    data.name(split) + " leaves no text with a token to guess: check the files");
        }
        return new MaskedExamples(texts, batching, maskId, tokenizer);
    }

    /** What is never hidden; the unknown token is, as what it stands for is text. */
    private static Set<Long> special(ModelTokenizer tokenizer) {
        Set<Long> special = new HashSet<>();
        Stream.of(
                        tokenizer.padId(),
                        tokenizer.bosId(),
                        tokenizer.eosId(),
                        tokenizer.clsId(),
                        tokenizer.sepId(),
                        tokenizer.maskId())
                .filter(OptionalInt::isPresent)
                .forEach(id -> special.add((long) id.getAsInt()));
        return special;
    }

    private static int[] words(TokenizedText text, Set<Long> special) {
        int[] words = text.wordIds().clone();
        for (int t = 0; t < words.length; t++) {
            if (text.special()[t] || special.contains(text.ids()[t])) {
                words[t] = -1;
            }
        }
        return words;
    }

    /** The texts that are asked for. */
    MaskedExamples some(EvaluationRequest request) {
        return new MaskedExamples(request.some(texts), batching, maskId, tokenizer);
    }

    int size() {
        return texts.size();
    }

    /** Batches with tokens to guess, others in every epoch. */
    ExampleDataset<MaskableText> masked(MaskedConfig.Masking masking) {
        TokenMasking tokens =
                new TokenMasking(
                        masking.share(),
                        masking.wholeWords(),
                        maskId,
                        tokenizer.tokenizer().vocabularySize());
        MaskedTexts collator = new MaskedTexts(tokens, tokenizer.padId());
        return ExampleDataset.of(texts, MaskableText::length, batching, collator);
    }

    /** Batches in which every token is guessed once. */
    ExampleDataset<SingleMasks.Hidden> each() {
        List<SingleMasks.Hidden> hidden =
                texts.stream().flatMap(text -> SingleMasks.of(text).stream()).toList();
        return ExampleDataset.of(
                hidden,
                row -> row.text().length(),
                batching,
                new SingleMasks(maskId, tokenizer.padId()));
    }
}
