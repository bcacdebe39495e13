package org.attn4j.models.tokenizer;

/** An end of a sequence: where padding is put, or tokens are cut off. */
public enum Side {
    /** The start. */
    LEFT,
    /** The end. */
    RIGHT;

    static Side of(String name, String key) {
        return switch (name) {
            case "left" -> LEFT;
            case "right" -> RIGHT;
            default ->
                    throw new IllegalArgumentException(key + " must be left or right, got " + name);
        };
    }
}
