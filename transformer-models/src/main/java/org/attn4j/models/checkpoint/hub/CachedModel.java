package org.attn4j.models.checkpoint.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A model in the cache.
 *
 * @param id {@code organisation/name}
 * @param revisions the commit of each branch and tag that was asked for
 * @param snapshots the folders of the commits that are there, in whole or in part
 * @param bytes what it takes on disk
 */
public record CachedModel(
        String id, Map<String, String> revisions, List<Path> snapshots, long bytes) {

    public CachedModel {
        revisions = Map.copyOf(revisions);
        snapshots = List.copyOf(snapshots);
    }
}
