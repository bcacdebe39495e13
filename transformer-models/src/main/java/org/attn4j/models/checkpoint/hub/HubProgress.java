package org.attn4j.models.checkpoint.hub;

/** Is told how a download gets on. */
@FunctionalInterface
public interface HubProgress {

    /**
     * Some of a file has come.
     *
     * @param file its path within the model
     * @param done the bytes that are there
     * @param total the bytes that it will have, −1 if the Hub does not tell
     */
    void onBytes(String file, long done, long total);

    /**
     * Returns the listener that does nothing.
     *
     * @return a listener
     */
    static HubProgress silent() {
        return (file, done, total) -> {};
    }
}
