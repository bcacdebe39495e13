package org.attn4j.datasets;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * Batches of texts with tokens to be guessed, masked anew in every epoch.
 *
 * <p>The data are those of {@link #INPUTS}: tokens and their mask (B, T), and the positions (B, P)
 * that are guessed; the labels are the tokens there (B, P), {@link #IGNORED} where a text has fewer
 * than P.
 *
 * @param masking which tokens are guessed
 * @param padId what fills short rows
 */
public record MaskedTexts(TokenMasking masking, int padId) implements Collator<MaskableText> {

    /** The names of the data. */
    public static final List<String> INPUTS =
            List.of("input_ids", "attention_mask", "masked_positions");

    /** The label of what is not guessed. */
    public static final long IGNORED = -100;

    public MaskedTexts {
        Require.that(padId >= 0, "padId must not be negative, got padId=%s", padId);
    }

    @Override
    public Columns collate(NDManager manager, List<MaskableText> examples, long seed) {
        List<TokenMasking.Masked> masked =
                IntStream.range(0, examples.size())
                        .mapToObj(row -> masking.mask(examples.get(row), Randomness.of(seed, row)))
                        .toList();
        int width = masked.stream().mapToInt(row -> row.ids().length).max().orElseThrow();
        int guesses = masked.stream().mapToInt(row -> row.positions().length).max().orElseThrow();
        IdTable ids = new IdTable(masked.size(), width, padId); // (B, T)
        IdTable seen = new IdTable(masked.size(), width, 0);
        IdTable positions = new IdTable(masked.size(), guesses, 0); // (B, P)
        IdTable labels = new IdTable(masked.size(), guesses, IGNORED);
        for (int row = 0; row < masked.size(); row++) {
            ids.put(row, 0, masked.get(row).ids());
            seen.fill(row, 0, masked.get(row).ids().length, 1);
            positions.put(row, 0, masked.get(row).positions());
            labels.put(row, 0, masked.get(row).labels());
        }
        return new Columns(
                new NDList(ids.array(manager), seen.array(manager), positions.array(manager)),
                new NDList(labels.array(manager)));
    }
}
