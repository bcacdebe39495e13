package org.attn4j.models.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.attn4j.models.checkpoint.ProtobufReader;

/**
 * A model file of SentencePiece (Kudo and Richardson 2018): the pieces with their scores, and how
 * texts are normalised. The file is a message of sentencepiece_model.proto.
 *
 * @param pieces the pieces in the order of their ids
 * @param unigram whether the model is a unigram language model; a byte-pair encoding otherwise
 * @param unkId the id of the piece for the unknown
 * @param byteFallback whether the unknown is written as bytes
 * @param charsMap the map of characters, possibly empty
 * @param addDummyPrefix whether a space is put before a text
 * @param removeExtraWhitespaces whether spaces at the ends and beside others are left out
 * @param escapeWhitespaces whether spaces are written as {@value #SPACE}
 */
record SentencePieceModel(
        List<Piece> pieces,
        boolean unigram,
        int unkId,
        boolean byteFallback,
        byte[] charsMap,
        boolean addDummyPrefix,
        boolean removeExtraWhitespaces,
        boolean escapeWhitespaces) {

    /** How SentencePiece writes a space. */
    static final char SPACE = '\u2581';

    private static final int MOST_PIECES = 1 << 21;
    private static final int UNIGRAM = 1;
    private static final int BPE = 2;

    /** What a piece is for, in the order of the numbers from 1 in the file. */
    enum Kind {
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    /**
     * A piece.
     *
     * @param text how it is written
     * @param score how likely it is
     * @param kind what it is for
     */
    record Piece(String text, float score, Kind kind) {}

    /**
     * Reads a model file.
     *
     * @throws IOException if it cannot be read or is no model of SentencePiece
     */
    static SentencePieceModel read(Path file) throws IOException {
        try {
            return parse(TokenizerFiles.read(file));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    file + " is not a usable SentencePiece model: " + e.getMessage(), e);
        }
    }

    static SentencePieceModel parse(byte[] bytes) {
        List<Piece> pieces = new ArrayList<>();
        long[] trainer = {UNIGRAM, 0, 0, 0}; // kind, unknown id, bytes, space as suffix
        boolean[] flags = {true, true, true};
        byte[] charsMap = new byte[0];
        ProtobufReader model = new ProtobufReader(bytes);
        for (int field = model.next(); field != 0; field = model.next()) {
            switch (field) {
                case 1 -> pieces.add(piece(model.message()));
                case 2 -> readTrainer(model.message(), trainer);
                case 3 -> charsMap = readNormalizer(model.message(), flags, charsMap);
                default -> model.skip();
            }
            require(pieces.size() <= MOST_PIECES, "it has more than " + MOST_PIECES + " pieces");
        }
        require(!pieces.isEmpty(), "it has no pieces");
        require(
                trainer[0] == UNIGRAM || trainer[0] == BPE,
                "only unigram and BPE models are supported, got model_type " + trainer[0]);
        require(trainer[3] == 0, "treat_whitespace_as_suffix is not supported");
        SentencePieceModel read =
                new SentencePieceModel(
                        List.copyOf(pieces),
                        trainer[0] == UNIGRAM,
                        (int) Math.max(-1, Math.min(Integer.MAX_VALUE, trainer[1])),
                        trainer[2] != 0,
                        charsMap,
                        flags[0],
                        flags[1],
                        flags[2]);
        read.check();
        return read;
    }

    private static Piece piece(ProtobufReader message) {
        String text = "";
        float score = 0;
        Kind kind = Kind.NORMAL;
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 1 -> text = message.text();
                case 2 -> score = message.real();
                case 3 -> {
                    long number = message.number();
                    require(number >= 1 && number <= Kind.values().length, "a piece has no kind");
                    kind = Kind.values()[(int) number - 1];
                }
                default -> message.skip();
            }
        }
        require(!text.isEmpty(), "a piece is empty");
        require(
                text.length() <= NativeGuard.LONGEST_TOKEN,
                "a piece must be at most %s characters, got %s"
                        .formatted(NativeGuard.LONGEST_TOKEN, text.length()));
        require(Float.isFinite(score), "the score of " + text + " is not a number");
        return new Piece(text, score, kind);
    }

    private static void readTrainer(ProtobufReader message, long[] values) {
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 3 -> values[0] = message.number();
                case 24 -> values[3] = message.number();
                case 35 -> values[2] = message.number();
                case 40 -> values[1] = message.number();
                default -> message.skip();
            }
        }
    }

    private static byte[] readNormalizer(ProtobufReader message, boolean[] flags, byte[] before) {
        byte[] charsMap = before;
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 2 -> charsMap = message.data();
                case 3 -> flags[0] = message.flag();
                case 4 -> flags[1] = message.flag();
                case 5 -> flags[2] = message.flag();
                default -> message.skip();
            }
        }
        return charsMap;
    }

    private void check() {
        require(
                unkId >= 0 && unkId < pieces.size() && kind(unkId) == Kind.UNKNOWN,
                "unk_id must name the unknown piece, got " + unkId);
        Set<String> texts = new HashSet<>();
        for (Piece piece : pieces) {
            require(texts.add(piece.text()), "the piece " + piece.text() + " stands there twice");
            require(
                    unigram || piece.kind() != Kind.UNUSED,
                    "unused pieces of a BPE model are not supported, got " + piece.text());
        }
        require(
                !byteFallback || pieces.stream().filter(p -> p.kind() == Kind.BYTE).count() == 256,
                "byte_fallback needs the 256 pieces of bytes");
    }

    Kind kind(int id) {
        return pieces.get(id).kind();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
