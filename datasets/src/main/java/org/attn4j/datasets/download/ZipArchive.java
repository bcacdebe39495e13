package org.attn4j.datasets.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Takes one file out of a zip archive.
 *
 * <p>The position it goes to is ours, never the archive's, and its size is counted while it is
 * written, whatever the archive says of it.
 */
public final class ZipArchive {

    private ZipArchive() {}

    /**
     * Extracts the entry to the target, which appears only when it is whole.
     *
     * @param archive the archive
     * @param entryName the file's path within it
     * @param target the file to make or replace
     * @param maxBytes the most bytes it may have
     * @throws IOException if the archive is damaged, has no such file, or has a larger one
     */
    public static void extract(Path archive, String entryName, Path target, long maxBytes)
            throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            ZipEntry entry = zip.getEntry(entryName);
            if (entry == null || entry.isDirectory()) {
                throw new DownloadException(
                        archive + " holds no file " + entryName + ": delete it and fetch it again");
            }
            try (InputStream in = zip.getInputStream(entry);
                    OutputStream out = Files.newOutputStream(part)) {
                copy(in, out, archive + ", " + entryName, maxBytes);
            }
        } catch (ZipException e) {
            Files.deleteIfExists(part);
            throw new DownloadException(
                    archive + " is a damaged zip archive: delete it and fetch it again", e);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        Files.move(
                part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void copy(InputStream in, OutputStream out, String what, long maxBytes)
            throws IOException {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            total += count;
            if (total > maxBytes) {
                throw new DownloadException(
                        what + ", is larger than the " + maxBytes + " bytes allowed, and not kept");
            }
            out.write(buffer, 0, count);
        }
    }
}
