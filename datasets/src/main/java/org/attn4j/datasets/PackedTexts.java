package org.attn4j.datasets;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Batches of rows of texts for a causal language model, of which none sees another: either each
 * text has a row, or a row is packed with several; then the mask is a square for each text, and
 * positions begin anew with each (Krell et al. 2021, "Efficient Sequence Packing without
 * Cross-contamination").
 *
 * <p>The data are {@code input_ids} (B, T) and, of packed rows, {@code attention_mask} (B, T, T)
 * and, for models that take them, {@code position_ids} (B, T); the labels are the next tokens (B,
 * T), {@link MaskedTexts#IGNORED} where there is none to learn. Padding stands behind the texts,
 * where nothing sees it.
 *
 * @param padId what fills short rows
 * @param packed whether rows may have several texts
 * @param positions whether the model takes positions; one that tells them from the distance of
 *     tokens does not
 */
public record PackedTexts(int padId, boolean packed, boolean positions)
        implements Collator<PackedTexts.Row> {

    /**
     * Texts that stand in one row.
     *
     * @param texts the texts, in order
     */
    public record Row(List<CausalText> texts) {

        public Row {
            texts = List.copyOf(texts);
        }

        /**
         * Returns the number of positions.
         *
         * @return the number
         */
        public int length() {
            return texts.stream().mapToInt(CausalText::length).sum();
        }
    }

    /**
     * Returns the names of the data.
     *
     * @return the names
     */
    public List<String> inputs() {
        if (!packed) {
            return List.of("input_ids");
        }
        return positions
                ? List.of("input_ids", "attention_mask", "position_ids")
                : List.of("input_ids", "attention_mask");
    }

    /**
     * Puts texts into as few rows as the best fit finds, the longest text first.
     *
     * @param texts the texts, none longer than a row
     * @param length the positions of a row
     * @return the rows
     */
    public static List<Row> pack(List<CausalText> texts, int length) {
        List<CausalText> longestFirst = new ArrayList<>(texts);
        longestFirst.sort(Comparator.comparingInt(CausalText::length).reversed());
        List<List<CausalText>> rows = new ArrayList<>();
        TreeMap<Integer, List<List<CausalText>>> byRoom = new TreeMap<>();
        for (CausalText text : longestFirst) {
            Map.Entry<Integer, List<List<CausalText>>> fit = byRoom.ceilingEntry(text.length());
            List<CausalText> row;
            int room = length;
            if (fit == null) {
                row = new ArrayList<>();
                rows.add(row);
            } else {
                room = fit.getKey();
                row = fit.getValue().remove(fit.getValue().size() - 1);
                if (fit.getValue().isEmpty()) {
                    byRoom.remove(room);
                }
            }
            row.add(text);
            byRoom.computeIfAbsent(room - text.length(), left -> new ArrayList<>()).add(row);
        }
        return rows.stream().map(Row::new).toList();
    }

    @Override
    public Columns collate(NDManager manager, List<Row> examples, long seed) {
        int rows = examples.size();
        int width = examples.stream().mapToInt(Row::length).max().orElseThrow();
        IdTable ids = new IdTable(rows, width, padId); // (B, T)
        IdTable places = new IdTable(rows, width, 0);
        IdTable labels = new IdTable(rows, width, MaskedTexts.IGNORED);
        for (int row = 0; row < rows; row++) {
            int at = 0;
            for (CausalText text : examples.get(row).texts()) {
                for (int t = 0; t < text.length(); t++) {
                    ids.set(row, at + t, text.ids()[t]);
                    places.set(row, at + t, t);
                    if (text.learned()[t + 1]) {
                        labels.set(row, at + t, text.ids()[t + 1]);
                    }
                }
                at += text.length();
            }
        }
        NDList data = new NDList(ids.array(manager));
        if (packed) {
            data.add(squares(manager, examples, width));
        }
        if (packed && positions) {
            data.add(places.array(manager));
        }
        return new Columns(data, new NDList(labels.array(manager)));
    }

    /** Which tokens a token may see: those of its text, (B, T, T). */
    private static NDArray squares(NDManager manager, List<Row> examples, int width) {
        int rows = examples.size();
        boolean[] seen = new boolean[Math.multiplyExact(rows, Math.multiplyExact(width, width))];
        for (int row = 0; row < rows; row++) {
            int at = 0;
            for (CausalText text : examples.get(row).texts()) {
                int end = at + text.length();
                for (int query = at; query < end; query++) {
                    int line = (row * width + query) * width;
                    Arrays.fill(seen, line + at, line + end, true);
                }
                at = end;
            }
        }
        return IdArrays.of(manager, seen, new Shape(rows, width, width));
    }
}
