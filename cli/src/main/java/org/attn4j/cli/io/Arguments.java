package org.attn4j.cli.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.attn4j.common.Require;

/** The command line's words, as they were typed. */
public final class Arguments {

    private static final char REPLACEMENT = '\uFFFD';
    private static final Path TYPED = Path.of("/proc/self/cmdline");

    private Arguments() {}

    /**
     * Refuses arguments that the JVM could not read: it puts U+FFFD for each byte of them, in
     * silence.
     */
    public static void check(String... args) {
        check(System.getProperty("sun.jnu.encoding"), TYPED, args);
    }

    public static void check(String encoding, Path typed, String... args) {
        boolean doubtful = Arrays.stream(args).anyMatch(each -> each.indexOf(REPLACEMENT) >= 0);
        if (!doubtful) {
            return;
        }
        Require.that(
                StandardCharsets.UTF_8.name().equals(encoding),
                "an argument is not in %s, the encoding of this locale: set"
                        + " LC_ALL=C.UTF-8, or another locale in UTF-8",
                encoding);
        Require.that(isUtf8(typed), "an argument is not UTF-8: convert it to UTF-8");
    }

    /** Whether what was typed may hold U+FFFD itself: it must be UTF-8 as a whole. */
    private static boolean isUtf8(Path typed) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(typed)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        } catch (IOException e) {
            return true; // there is no such file on this system
        }
    }

    /** The options among the arguments, and not what stands behind {@code --}. */
    static List<String> options(String... args) {
        List<String> all = List.of(args);
        int end = all.indexOf("--");
        return end < 0 ? all : all.subList(0, end);
    }
}
