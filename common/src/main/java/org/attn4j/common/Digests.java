package org.attn4j.common;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests of files, in hexadecimal; a file is read in pieces. */
public final class Digests {

    private Digests() {}

    /**
     * Returns the SHA-256 of a file.
     *
     * @param file the file
     * @return 64 digits
     * @throws IOException if it cannot be read
     */
    public static String sha256(Path file) throws IOException {
        return digest(file, "SHA-256", "");
    }

    /**
     * Returns the SHA-1 that Git gives a file: of its content behind its kind and size.
     *
     * @param file the file
     * @return 40 digits
     * @throws IOException if it cannot be read
     */
    public static String gitSha1(Path file) throws IOException {
        return digest(file, "SHA-1", "blob " + Files.size(file) + "\0");
    }

    /**
     * Returns the SHA-256 of bytes.
     *
     * @param bytes the bytes
     * @return 64 digits
     */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(algorithm("SHA-256").digest(bytes));
    }

    private static String digest(Path file, String algorithm, String header) throws IOException {
        MessageDigest digest = algorithm(algorithm);
        digest.update(header.getBytes(StandardCharsets.US_ASCII));
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest algorithm(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + name, e);
        }
    }
}
