package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.tokenizer.SentencePieceModel.Kind;
import org.attn4j.models.tokenizer.SentencePieceModel.Piece;

/**
 * Writes a SentencePiece model as the tokenizers library runs it: the pieces with their own ids,
 * for texts that are normalised already. Pieces that no text may match, such as those of control
 * symbols and bytes, bear names that no text can hold.
 */
final class PieceLibrary {

    /**
     * Of cutting pieces at every position: an ordinary model of 256,000 pieces takes 10 million.
     */
    private static final double MOST_STEPS = 2e9;

    private static final String NO_CHARACTER = Character.toString(0x10FFFF);

    private PieceLibrary() {}

    static LibrarySegmenter open(SentencePieceModel model, boolean albert, String what)
            throws IOException {
        Map<Integer, Double> userScores = userScores(model);
        JsonObject part = model.unigram() ? unigram(model, userScores, albert) : bpe(model);
        JsonObject root = JsonParts.tokenizer(null, null, null, part);
        JsonArray added = root.getAsJsonArray("added_tokens");
        for (int id = 0; id < model.pieces().size(); id++) {
            if (model.kind(id) == Kind.USER_DEFINED && !userScores.containsKey(id)) {
                added.add(
                        new SpecialToken(name(model, id), false, false, false, false, false)
                                .toJson(id));
            }
        }
        return LibrarySegmenter.open(root, what);
    }

    private static String name(SentencePieceModel model, int id) {
        Piece piece = model.pieces().get(id);
        return switch (piece.kind()) {
            case NORMAL -> piece.text();
            case USER_DEFINED ->
                    model.escapeWhitespaces()
                            ? piece.text().replace(' ', SentencePieceModel.SPACE)
                            : piece.text();
            default -> NO_CHARACTER + piece.text();
        };
    }

    private static JsonObject unigram(
            SentencePieceModel model, Map<Integer, Double> userScores, boolean albert) {
        JsonArray vocabulary = new JsonArray();
        for (int id = 0; id < model.pieces().size(); id++) {
            Piece piece = model.pieces().get(id);
            double score = piece.kind() == Kind.NORMAL ? piece.score() : 0;
            score = userScores.getOrDefault(id, score);
            // ALBERT splits a comma from the digit before it.
            score -= albert && piece.text().matches(".*\\d,") ? 100 : 0;
            vocabulary.add(JsonParts.list(name(model, id), score));
        }
        return JsonParts.part(
                "Unigram", "unk_id", model.unkId(), "vocab", vocabulary, "byte_fallback", false);
    }

    /**
     * The scores that user-defined pieces of a unigram model compete with. The library's penalty
     * for the unknown hangs on the lowest score, so that a lower one is not possible: such pieces
     * are left out here and cut out of the text before.
     */
    private static Map<Integer, Double> userScores(SentencePieceModel model) {
        Map<Integer, Double> scores = new HashMap<>();
        DoubleSummaryStatistics range =
                model.pieces().stream()
                        .filter(piece -> piece.kind() == Kind.NORMAL)
                        .mapToDouble(Piece::score)
                        .summaryStatistics();
        for (int id = 0; model.unigram() && id < model.pieces().size(); id++) {
            int bytes = name(model, id).getBytes(StandardCharsets.UTF_8).length;
            double score = bytes * range.getMax() - 0.1;
            if (model.kind(id) == Kind.USER_DEFINED && score >= range.getMin()) {
                scores.put(id, score);
            }
        }
        return scores;
    }

    private static JsonObject bpe(SentencePieceModel model) {
        JsonObject vocabulary = new JsonObject();
        for (int id = 0; id < model.pieces().size(); id++) {
            vocabulary.addProperty(name(model, id), id);
        }
        return JsonParts.part(
                "BPE",
                "dropout",
                null,
                "unk_token",
                name(model, model.unkId()),
                "continuing_subword_prefix",
                null,
                "end_of_word_suffix",
                null,
                "fuse_unk",
                true,
                "byte_fallback",
                false,
                "ignore_merges",
                false,
                "vocab",
                vocabulary,
                "merges",
                merges(model));
    }

    /** SentencePiece merges the pair that makes the piece with the highest score. */
    private static JsonElement merges(SentencePieceModel model) {
        record Merge(String left, String right, float score) {}
        Map<String, Piece> normal = new HashMap<>();
        for (Piece piece : model.pieces()) {
            if (piece.kind() == Kind.NORMAL) {
                normal.put(piece.text(), piece);
            }
        }
        double steps =
                normal.keySet().stream().mapToDouble(t -> (double) t.length() * t.length()).sum();
        Require.that(steps <= MOST_STEPS, "its pieces are too long for a byte-pair encoding");
        List<Merge> merges = new ArrayList<>();
        for (Piece piece : model.pieces()) {
            String text = piece.text();
            for (int cut = 1; normal.containsKey(text) && cut < text.length(); cut++) {
                String left = text.substring(0, cut);
                String right = text.substring(cut);
                if (normal.containsKey(left) && normal.containsKey(right)) {
                    merges.add(new Merge(left, right, piece.score()));
                }
            }
        }
        Comparator<Merge> likeliest = Comparator.comparingDouble(merge -> -merge.score());
        merges.sort(likeliest.thenComparing(merge -> -merge.left().length()));
        JsonArray list = new JsonArray();
        merges.forEach(merge -> list.add(JsonParts.list(merge.left(), merge.right())));
        return list;
    }
}
