package org.attn4j.attention.ops;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Puts TorchScript source into the archive that libtorch loads, so that any libtorch operator can
 * be called from readable text and nothing compiled has to be shipped.
 *
 * <p>Such an archive is a zip of uncompressed entries: a format version, the source of one class,
 * an object of that class and a table of constants. The object has one attribute, {@code training};
 * everything else is an argument of its methods.
 */
final class TorchScriptArchive {

    /** At versions below this one, some operators lack the arguments that the source uses. */
    private static final String FORMAT_VERSION = "10";

    private static final String ROOT = "attn4j";
    private static final String CLASS_NAME = "Kernels";

    private TorchScriptArchive() {}

    /**
     * Assembles an archive.
     *
     * @param methods the methods of the class, indented by two spaces, as TorchScript prints them
     * @return the bytes of the archive
     */
    static byte[] assemble(String methods) {
        String source =
                ("class %s(Module):\n  __parameters__ = []\n  __buffers__ = []\n"
                                + "  training : bool\n%s")
                        .formatted(CLASS_NAME, methods);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "data.pkl", moduleObject());
            store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            store(zip, "constants.pkl", emptyTuple());
            store(zip, "version", (FORMAT_VERSION + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    /**
     * An object of the class with {@code training = True}, in the serialised form that libtorch
     * reads.
     */
    private static byte[] moduleObject() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, 0x80, 2); // protocol 2
        put(out, 'c', "__torch__\n" + CLASS_NAME + "\n"); // the class
        put(out, ')', 0x81); // a new object, without arguments
        put(out, '}'); // its attributes
        put(out, 'X', "\u0008\0\0\0training");
        put(out, 0x88, 's', 'b', '.'); // True, set, build, end
        return out.toByteArray();
    }

    private static byte[] emptyTuple() {
        return new byte[] {(byte) 0x80, 2, ')', '.'};
    }

    private static void put(ByteArrayOutputStream out, int... codes) {
        for (int code : codes) {
            out.write(code);
        }
    }

    private static void put(ByteArrayOutputStream out, char code, String text) {
        out.write(code);
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(ROOT + "/" + name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0); // the same source gives the same bytes
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
