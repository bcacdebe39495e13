package org.attn4j.models.checkpoint.hub;

import java.util.Locale;
import java.util.regex.Pattern;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.PrintableName;

/**
 * A file of a model as the Hub describes it.
 *
 * @param name its path within the model, with slashes
 * @param commit the commit that it belongs to
 * @param etag its digest: SHA-256 for large files, the SHA-1 of a Git object for others
 * @param size its bytes, −1 if the Hub does not tell
 */
record HubFile(String name, String commit, String etag, long size) {

    private static final Pattern ETAG = Pattern.compile("[\\w][\\w.-]{0,127}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SEGMENT = Pattern.compile("[^/\\\\\\p{Cntrl}:*?\"<>|]{1,200}");

    HubFile {
        requireInside(name);
        Require.that(
                COMMIT.matcher(commit).matches() && ETAG.matcher(etag).matches(),
                "the server describes %s without a commit and an entity tag",
                name);
    }

    /** Whether a name is that of a path that cannot leave the model's folder, on any system. */
    static boolean isInside(String name) {
        boolean inside = name.length() <= 500;
        for (String segment : name.split("/", -1)) {
            inside &=
                    SEGMENT.matcher(segment).matches()
                            && !segment.equals(".")
                            && !segment.equals("..")
                            && !segment.endsWith(".")
                            && !segment.endsWith(" ");
        }
        return inside;
    }

    /** A path that cannot leave the model's folder. */
    static String requireInside(String name) {
        if (!isInside(name)) {
            throw new IllegalArgumentException(
                    "a file's name must stay inside the model's folder, got "
                            + PrintableName.quoted(name));
        }
        return name;
    }

    boolean hasSha256() {
        return etag.length() == 64 && etag.matches("[0-9a-f]+");
    }

    boolean hasGitSha1() {
        return etag.length() == 40 && etag.matches("[0-9a-f]+");
    }

    /** The name in small letters, for telling kinds of files apart. */
    static String kind(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
