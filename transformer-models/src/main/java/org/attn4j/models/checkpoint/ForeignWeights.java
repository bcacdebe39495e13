package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Weights in formats that are not read: what they are, why not, and what to do. A file is judged by
 * its name, or by its first bytes if it goes by the name of another.
 */
enum ForeignWeights {
    /** PyTorch's own files: a pickle, or a zip archive around one. */
    PICKLE(
            "(pytorch_model|model|consolidated|adapter_model|diffusion_pytorch_model)[^/]*\\.(bin|pt|pth|ckpt|pkl|pickle)(\\.index\\.json)?",
            ".*\\.(bin|pt|pth|ckpt|pkl|pickle)(\\.index\\.json)?",
            "is a pickle file, which runs any code in it when it is opened, and is never read",
            "(\\x80[\\x02-\\x05]|PK\\x03\\x04).*"),

    /** Keras. */
    KERAS(
            "tf_model[^/]*\\.h5",
            ".*\\.(h5|keras|hdf5)",
            "holds TensorFlow's weights, whose names and layout are others",
            "\\x89HDF\\r\\n.*"),

    /** Flax. */
    FLAX(
            "flax_model[^/]*\\.msgpack",
            ".*\\.msgpack",
            "holds Flax's weights, whose names and layout are others",
            null),

    /** TensorFlow's checkpoints. */
    TENSORFLOW(
            "(bert_)?model\\.ckpt\\.(index|meta)|model\\.ckpt-\\d+\\.index",
            ".*\\.ckpt(-\\d+)?\\.(index|meta|data-\\d{5}-of-\\d{5})",
            "holds TensorFlow's weights, whose names and layout are others",
            null),

    /** llama.cpp. */
    GGUF(
            "[^/]*\\.gguf",
            ".*\\.(gguf|ggml)",
            "holds weights of llama.cpp, whose names and quantised types are others",
            "GGUF.*"),

    /** A stand-in that a clone without the large files leaves. */
    LFS(
            null,
            null,
            "is a pointer of Git LFS, not the file itself",
            "version https://git-lfs\\.github\\.com/.*");

    private static final String CONVERT =
            "convert it where it can be trusted, with transformers' from_pretrained and"
                    + " save_pretrained(safe_serialization=True), or take the model's safetensors file";

    /** What a trainer leaves beside weights. */
    private static final String TRAINER =
            "(training_args|optimizer|scheduler|scaler|rng_state)[^/]*";

    private static final int FIRST_BYTES = 64;

    private final String weights; // names of a model's weights
    private final String names; // all names that such files go by
    private final String reason;
    private final String start;

    ForeignWeights(String weights, String names, String reason, String start) {
        this.weights = weights;
        this.names = names;
        this.reason = reason;
        this.start = start;
    }

    private String sentence(Path file) {
        String mend =
                this == LFS ? "run 'git lfs pull' in its folder, or download the file" : CONVERT;
        return file + " " + reason + "; " + mend;
    }

    /** Says why a file is not read if its name tells that it is none of ours. */
    static Optional<String> byName(Path file) {
        String name = file.getFileName().toString();
        for (ForeignWeights kind : values()) {
            if (kind.names != null && name.matches(kind.names)) {
                return Optional.of(kind.sentence(file));
            }
        }
        return Optional.empty();
    }

    /** Says what a file is that goes by the name of a safetensors file. */
    static Optional<String> byContent(Path file, ByteBuffer content) {
        byte[] first = new byte[Math.min(FIRST_BYTES, content.remaining())];
        content.duplicate().get(first);
        String text = new String(first, StandardCharsets.ISO_8859_1);
        if (text.matches("(?s).{5}\\x00\\x00\\x00\\{.*")) {
            return Optional.empty(); // a length, which may begin as anything, and a header
        }
        for (ForeignWeights kind : values()) {
            if (kind.start != null && text.matches("(?s)" + kind.start)) {
                return Optional.of(kind.sentence(file));
            }
        }
        return Optional.empty();
    }

    /** Says what a folder has instead of weights that can be read. */
    static Optional<String> in(Path folder) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (Files.isRegularFile(file)) {
                    names.add(file.getFileName().toString());
                }
            }
        }
        List<String> found = new ArrayList<>();
        for (ForeignWeights kind : values()) {
            names.stream()
                    .filter(name -> kind.weights != null && name.matches(kind.weights))
                    .forEach(found::add);
        }
        names.stream().filter(name -> !name.matches(TRAINER)).forEach(found::add);
        found.addAll(names);
        return found.stream().flatMap(name -> byName(folder.resolve(name)).stream()).findFirst();
    }
}
