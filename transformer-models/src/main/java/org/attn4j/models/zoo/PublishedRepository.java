package org.attn4j.models.zoo;

import ai.djl.repository.AbstractRepository;
import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.Metadata;
import ai.djl.util.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.TaskBlockFactory;
import org.attn4j.models.task.TaskTranslatorFactory;

/**
 * One published model as a repository of DJL's. It brings the factories that load it, the block's
 * as an instance: so nothing of the model's folder is run, whatever its files say.
 */
final class PublishedRepository extends AbstractRepository {

    private final String model; // a folder, or org/name[@revision]

    PublishedRepository(String name, URI uri) {
        super(name, uri);
        model = model(uri);
    }

    private static String model(URI uri) {
        String path = uri.getPath() == null ? "" : uri.getPath();
        String host = uri.getAuthority();
        if (host == null) {
            if (path.length() < 2) {
                throw new IllegalArgumentException(wrong(uri));
            }
            return Path.of(URI.create("file://" + uri.getRawPath())).toString();
        }
        if (path.length() < 2 || path.indexOf('/', 1) >= 0) {
            throw new IllegalArgumentException(wrong(uri));
        }
        return host + path;
    }

    private static String wrong(URI uri) {
        return "the URL of a published model must be attn4j://org/name, attn4j://org/name@revision"
                + " or attn4j:///path/of/a/folder, got "
                + uri;
    }

    /** The last part of the name, without revision. */
    private String artifactId() {
        Path file = Path.of(model).getFileName();
        return file.toString().replaceFirst("@.*", "");
    }

    @Override
    public boolean isRemote() {
        return uri.getAuthority() != null;
    }

    @Override
    public List<MRL> getResources() {
        return List.of(MRL.undefined(this, Attn4jZoo.GROUP_ID, artifactId()));
    }

    @Override
    public Metadata locate(MRL mrl) {
        Metadata metadata = new Metadata.MatchAllMetadata();
        metadata.setGroupId(Attn4jZoo.GROUP_ID);
        metadata.setArtifactId(artifactId());
        metadata.setRepositoryUri(uri);
        Artifact artifact = new Artifact();
        artifact.setName(artifactId());
        artifact.setVersion("1.0");
        artifact.setFiles(Map.of());
        artifact.setMetadata(metadata);
        artifact.setArguments(
                Map.of(
                        "blockFactory",
                        new TaskBlockFactory(),
                        "translatorFactory",
                        TaskTranslatorFactory.class.getName()));
        artifact.setOptions(Map.of("hasParameter", "false"));
        metadata.setArtifacts(List.of(artifact));
        return metadata;
    }

    @Override
    public Artifact resolve(MRL mrl, Map<String, String> filter) {
        return locate(mrl).getArtifacts().get(0);
    }

    /** Fetches the model, unless it is in the cache. */
    @Override
    public void prepare(Artifact artifact, Progress progress) throws IOException {
        Pretrained.folder(model);
    }

    @Override
    public Path getResourceDirectory(Artifact artifact) throws IOException {
        return Pretrained.folder(model);
    }

    @Override
    public Path getCacheDirectory() throws IOException {
        return Pretrained.folder(model);
    }
}
