package org.attn4j.cli.task.language;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.attn4j.cli.task.language.CausalConfig.Packing;
import org.attn4j.cli.task.language.TextData.Split;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.CausalText;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.datasets.PackedTexts;
import org.attn4j.datasets.TokenStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of the data as a causal language model reads it.
 *
 * @param batches the batches
 * @param inputs the names of their data
 * @param texts how many texts
 * @param tokens how many tokens are predicted
 * @param characters how many characters these stand for
 */
record CausalExamples(
        ExampleDataset<?> batches, List<String> inputs, long texts, long tokens, long characters) {

    private static final Logger LOGGER = LoggerFactory.getLogger(CausalExamples.class);

    /**
     * Reads and encodes a part.
     *
     * @param positions whether the model takes positions
     */
    static CausalExamples of(
            CausalConfig config, Split split, RunTokenizer tokenizer, boolean positions)
            throws IOException {
        CausalEncoder encoder = new CausalEncoder(tokenizer.tokenizer(), config.template());
        return config.packing() == Packing.STREAM
                ? stream(config, split, encoder)
                : rows(
                        config,
                        split,
                        encoder,
                        new PackedTexts(
                                tokenizer.padId(), config.packing() == Packing.PACKED, positions));
    }

    private static CausalExamples stream(CausalConfig config, Split split, CausalEncoder encoder)
            throws IOException {
        List<String> texts = config.data().texts(split);
        CausalEncoder.Encoded all = encoder.stream(texts, !config.data().isWhole());
        boolean learned = split == Split.TRAIN;
        int length = config.batching().maxLength();
        TokenStream stream = new TokenStream(all.text().ids(), length, learned);
        return new CausalExamples(
                ExampleDataset.of(
                        stream.blocks(),
                        TokenStream.Block::length,
                        config.batches(learned),
                        stream),
                TokenStream.INPUTS,
                texts.size(),
                all.text().length(),
                all.characters());
    }

    private static CausalExamples rows(
            CausalConfig config, Split split, CausalEncoder encoder, PackedTexts collator)
            throws IOException {
        List<CausalEncoder.Encoded> encoded = encoded(config.data(), split, encoder);
        int length = config.batching().maxLength();
        boolean learned = split == Split.TRAIN;
        List<CausalText> texts = new ArrayList<>();
        long tokens = 0;
        long characters = 0;
        int skipped = 0;
        for (CausalEncoder.Encoded one : encoded) {
            boolean leftOut =
                    one.text().length() > length
                            && config.data().isDialogues()
                            && config.batching().overlong() == BatchingConfig.Overlong.SKIP
                            && learned;
            skipped += leftOut ? 1 : 0;
            if (!leftOut) {
                texts.addAll(one.text().cut(length));
                tokens += one.text().learnedTokens();
                characters += one.characters();
            }
        }
        texts.removeIf(text -> text.learnedTokens() == 0);
        String name = config.data().name(split);
        if (skipped > 0) {
            LOGGER.warn(
                    "{}: left out {} dialogues of over {} tokens (batching.maxLength)",
                    name,
                    skipped,
                    length);
        }
        if (texts.isEmpty()) {
            throw new CorpusException(
                    name + " leaves no text to use: check the files, or raise batching.maxLength");
        }
        List<PackedTexts.Row> rows =
                collator.packed()
                        ? PackedTexts.pack(texts, length)
                        : texts.stream().map(text -> new PackedTexts.Row(List.of(text))).toList();
        return new CausalExamples(
                ExampleDataset.of(rows, PackedTexts.Row::length, config.batches(learned), collator),
                collator.inputs(),
                encoded.size() - skipped,
                tokens,
                characters);
    }

    private static List<CausalEncoder.Encoded> encoded(
            TextData data, Split split, CausalEncoder encoder) throws IOException {
        List<CausalEncoder.Encoded> encoded =
                data.isDialogues()
                        ? data.dialogues(split).stream().map(encoder::encode).toList()
                        : data.texts(split).stream()
                                .map(text -> encoder.encode(text, !data.isWhole()))
                                .toList();
        return encoded.stream().filter(one -> Objects.nonNull(one.text())).toList();
    }
}
