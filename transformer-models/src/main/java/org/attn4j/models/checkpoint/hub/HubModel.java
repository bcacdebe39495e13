package org.attn4j.models.checkpoint.hub;

import java.util.Objects;
import java.util.regex.Pattern;
import org.attn4j.common.Require;

/**
 * A model's name on the Hub, at a revision.
 *
 * @param id {@code organisation/name}, or {@code name} alone for the Hub's oldest models
 * @param revision a branch, a tag or a commit
 */
public record HubModel(String id, String revision) {

    /** The branch that is meant where none is named. */
    public static final String MAIN = "main";

    private static final Pattern ID = Pattern.compile("(?:\\w[\\w.-]{0,95}/)?\\w[\\w.-]{0,95}");
    private static final Pattern REVISION =
            Pattern.compile("[\\w][\\w.-]{0,249}(?:/[\\w][\\w.-]{0,249}){0,7}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the name or the revision is none
     */
    public HubModel {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(revision, "revision");
        boolean named =
                ID.matcher(id).matches()
                        && !id.contains("..")
                        && !id.contains("--")
                        && !id.matches(".*[.-](/.*)?")
                        && !id.endsWith(".git");
        Require.that(
                named,
                "a model on the Hub is named organisation/name, of letters, digits,"
                        + " '_', '-' and '.', got '%s'",
                id);
        Require.that(
                REVISION.matcher(revision).matches() && !revision.contains(".."),
                "a revision is a branch, a tag or a commit, got '%s'",
                revision);
    }

    /**
     * Reads {@code organisation/name} or {@code organisation/name@revision}.
     *
     * @param text the name
     * @return the model, at {@link #MAIN} if no revision is named
     * @throws IllegalArgumentException if the text is no such name
     */
    public static HubModel parse(String text) {
        int at = text.indexOf('@');
        return at < 0
                ? new HubModel(text, MAIN)
                : new HubModel(text.substring(0, at), text.substring(at + 1));
    }

    /**
     * Returns whether a text could name a model.
     *
     * @param text any text
     * @return whether {@link #parse} takes it
     */
    public static boolean isName(String text) {
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Returns whether the revision is a commit, whose content can never change.
     *
     * @return whether it is 40 hexadecimal digits
     */
    public boolean isPinned() {
        return COMMIT.matcher(revision).matches();
    }

    /**
     * Returns this model at another revision.
     *
     * @param other the revision
     * @return the model
     */
    public HubModel at(String other) {
        return new HubModel(id, other);
    }

    /** The folder of the model in the cache, {@code models--organisation--name}. */
    String folder() {
        return "models--" + id.replace("/", "--");
    }

    /**
     * Returns the name as a person writes it.
     *
     * @return {@code organisation/name}, with {@code @revision} where it is not {@link #MAIN}
     */
    @Override
    public String toString() {
        return revision.equals(MAIN) ? id : id + "@" + revision;
    }
}
