package org.attn4j.datasets.download;

import java.nio.file.Path;
import java.util.Map;
import org.attn4j.common.EnvironmentPaths;

/** Where downloaded files are kept. */
public final class CacheFolder {

    private CacheFolder() {}

    /**
     * Returns the cache folder of this user: {@code ATTN4J_CACHE} if that is set, else {@code
     * attn4j} in {@code XDG_CACHE_HOME}, else {@code .cache/attn4j} in the home folder.
     *
     * @return the folder, which need not exist
     */
    public static Path locate() {
        return locate(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    static Path locate(Map<String, String> environment, Path home) {
        EnvironmentPaths paths = new EnvironmentPaths(environment, home);
        Path own = paths.path("ATTN4J_CACHE");
        if (own != null) {
            return own;
        }
        Path shared = paths.path("XDG_CACHE_HOME");
        boolean usable = shared != null && shared.isAbsolute(); // as XDG has it
        return (usable ? shared : paths.home().resolve(".cache")).resolve("attn4j");
    }
}
