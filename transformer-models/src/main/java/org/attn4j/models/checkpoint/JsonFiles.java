package org.attn4j.models.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * JSON files of a model directory: strict, of bounded size, with the position of a mistake in the
 * message.
 */
public final class JsonFiles {

    /** More than any configuration takes, and little enough to be held in memory. */
    static final int MAX_CONFIG_BYTES = 16 << 20;

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

    private static final int LONGEST_POSITION = 160;

    private JsonFiles() {}

    /**
     * Reads a configuration.
     *
     * @param file a file with one JSON object of at most 16 MB
     * @return the object
     * @throws CheckpointFormatException if the file is too large, not UTF-8 or not a JSON object
     * @throws IOException if the file is missing or cannot be read
     */
    public static JsonObject read(Path file) throws IOException {
        return read(file, MAX_CONFIG_BYTES);
    }

    static JsonObject read(Path file, int maxBytes) throws IOException {
        if (element(file, maxBytes) instanceof JsonObject object) {
            return object;
        }
        throw new CheckpointFormatException(
                file + " does not hold one JSON object; write it again");
    }

    /**
     * Reads a list, such as the modules of a sentence model.
     *
     * @param file a file with one JSON array of at most 16 MB
     * @return the array
     * @throws CheckpointFormatException if the file is too large, not UTF-8 or not a JSON array
     * @throws IOException if the file is missing or cannot be read
     */
    public static JsonArray readArray(Path file) throws IOException {
        if (element(file, MAX_CONFIG_BYTES) instanceof JsonArray array) {
            return array;
        }
        throw new CheckpointFormatException(file + " does not hold one JSON array; write it again");
    }

    private static JsonElement element(Path file, int maxBytes) throws IOException {
        JsonReader reader = new JsonReader(new StringReader(text(file, maxBytes)));
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement element = GSON.getAdapter(JsonElement.class).read(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new CheckpointFormatException(
                        file + " does not hold one JSON value; write it again");
            }
            return element;
        } catch (MalformedJsonException
                | EOFException
                | JsonParseException
                | IllegalStateException e) {
            boolean deep = String.valueOf(e.getMessage()).startsWith("Nesting limit");
            throw new CheckpointFormatException(
                    "%s is %s%s; mend it or write it again"
                            .formatted(
                                    file,
                                    deep ? "nested too deep" : "not valid JSON",
                                    position(reader)),
                    e);
        }
    }

    /**
     * Reads the text of a configuration.
     *
     * @param file a file of at most 16 MB
     * @return its text
     * @throws CheckpointFormatException if the file is too large or not UTF-8
     * @throws IOException if the file is missing or cannot be read
     */
    public static String text(Path file) throws IOException {
        return text(file, MAX_CONFIG_BYTES);
    }

    private static String text(Path file, int maxBytes) throws IOException {
        byte[] bytes = ModelFiles.read(file, maxBytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointFormatException(
                    file + " is not UTF-8; save it in that encoding", e);
        }
    }

    /** The reader's own description ends in "at line L column C path P". */
    private static String position(JsonReader reader) {
        String text = reader.toString();
        int at = text.indexOf(" at line ");
        String position = at < 0 ? "" : text.substring(at);
        return position.length() <= LONGEST_POSITION
                ? position
                : position.substring(0, LONGEST_POSITION) + "…";
    }

    /**
     * Writes a configuration, indented, in one step.
     *
     * @param file the file to make or replace
     * @param json the content
     * @throws SaveException if it fails; the file is then as it was
     */
    public static void write(Path file, JsonElement json) throws SaveException {
        AtomicFile.writeString(file, GSON.toJson(json) + "\n");
    }
}
