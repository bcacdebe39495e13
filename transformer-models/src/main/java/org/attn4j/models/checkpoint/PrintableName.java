package org.attn4j.models.checkpoint;

/** Names out of files in messages: a hostile one may be endless or steer a terminal. */
public final class PrintableName {

    private static final int LONGEST = 120;

    private PrintableName() {}

    /**
     * Returns a name as it may be printed.
     *
     * @param name any text
     * @return its beginning, without control characters
     */
    public static String of(String name) {
        String text = name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name;
        return text.replaceAll("[\\p{Cntrl}\\x{80}-\\x{9f}]", "?");
    }

    /**
     * Returns a name as it may be printed, in quotes.
     *
     * @param name any text
     * @return its beginning, without control characters
     */
    public static String quoted(String name) {
        return "\"" + of(name) + "\"";
    }
}
