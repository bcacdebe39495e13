package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Compares stored tensors without making arrays of them. */
final class TensorBytes {

    private TensorBytes() {}

    /** Returns whether two tensors of a source have the same type, shape and bytes. */
    static boolean same(TensorSource source, String one, String other) throws IOException {
        if (one.equals(other)) {
            return true;
        }
        TensorInfo first = source.info(one);
        TensorInfo second = source.info(other);
        return first.type() == second.type()
                && first.shape().equals(second.shape())
                && sameBytes(source.content(one), source.content(other));
    }

    private static boolean sameBytes(TensorContent one, TensorContent other) throws IOException {
        return one instanceof StoredContent stored && other instanceof StoredContent alike
                ? stored.sameBytes(alike)
                : Arrays.equals(digest(one), digest(other));
    }

    private static byte[] digest(TensorContent content) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
        content.writeTo(new DigestChannel(digest));
        return digest.digest();
    }

    private record DigestChannel(MessageDigest digest) implements WritableByteChannel {

        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            digest.update(bytes);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
