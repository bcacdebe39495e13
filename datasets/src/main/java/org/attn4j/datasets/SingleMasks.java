package org.attn4j.datasets;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batches in which every token of a text is guessed once, with all others in sight: what the
 * pseudo-likelihood of a text is the product of (Salazar et al. 2020, section 2). Each example is a
 * text with one token hidden. Data and labels are as those of {@link MaskedTexts}, with P = 1.
 *
 * @param maskId the token that hides
 * @param padId what fills short rows
 */
public record SingleMasks(int maskId, int padId) implements Collator<SingleMasks.Hidden> {

    /**
     * A text with a hidden token.
     *
     * @param text the text
     * @param position which token is hidden
     */
    public record Hidden(MaskableText text, int position) {}

    /**
     * Returns a text as often as it has tokens that can be hidden.
     *
     * @param text the text
     * @return an example for each of these tokens, in order
     */
    public static List<Hidden> of(MaskableText text) {
        return IntStream.range(0, text.length())
                .filter(position -> text.words()[position] >= 0)
                .mapToObj(position -> new Hidden(text, position))
                .toList();
    }

    @Override
    public Columns collate(NDManager manager, List<Hidden> examples, long seed) {
        int rows = examples.size();
        int width = examples.stream().mapToInt(row -> row.text().length()).max().orElseThrow();
        IdTable ids = new IdTable(rows, width, padId); // (B, T)
        IdTable seen = new IdTable(rows, width, 0);
        IdTable positions = new IdTable(rows, 1, 0); // (B, 1)
        IdTable labels = new IdTable(rows, 1, MaskedTexts.IGNORED);
        for (int row = 0; row < rows; row++) {
            Hidden hidden = examples.get(row);
            ids.put(row, 0, hidden.text().ids());
            ids.set(row, hidden.position(), maskId);
            seen.fill(row, 0, hidden.text().length(), 1);
            positions.set(row, 0, hidden.position());
            labels.set(row, 0, hidden.text().ids()[hidden.position()]);
        }
        return new Columns(
                new NDList(ids.array(manager), seen.array(manager), positions.array(manager)),
                new NDList(labels.array(manager)));
    }
}
