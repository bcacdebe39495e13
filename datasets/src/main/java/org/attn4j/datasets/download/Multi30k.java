package org.attn4j.datasets.download;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attn4j.datasets.AlignedFiles;
import org.attn4j.datasets.ParallelCorpus;

/**
 * Multi30k (Elliott et al., 2016; Elliott et al., 2017), task 1: descriptions of pictures. 29,000
 * training, 1,014 validation and 1,000 test pairs (test_2016_flickr). The files are those of one
 * commit of the authors' repository, so their digests are fixed.
 */
final class Multi30k extends NamedCorpus {

    private static final String FOLDER =
            "https://raw.githubusercontent.com/multi30k/dataset/"
                    + "c9be912dc05a3ebf9ae5bb5f7f58c1791cda43ab/data/task1/raw/";
    private static final long MOST_BYTES = 10_000_000;
    private static final List<String> LANGUAGES = List.of("de", "en", "fr");
    private static final Map<String, String> DIGESTS =
            Map.of(
                    "train.de",
                    "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
                    "train.en",
                    "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
                    "train.fr",
                    "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
                    "val.de",
                    "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
                    "val.en",
                    "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
                    "val.fr",
                    "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
                    "test_2016_flickr.de",
                    "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
                    "test_2016_flickr.en",
                    "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
                    "test_2016_flickr.fr",
                    "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90");

    private Multi30k(String source, String target) {
        super("multi30k", source, target);
    }

    static Stream<Multi30k> directions() {
        return LANGUAGES.stream()
                .flatMap(
                        source ->
                                LANGUAGES.stream()
                                        .filter(target -> !target.equals(source))
                                        .map(target -> new Multi30k(source, target)));
    }

    @Override
    public String licence() {
        return "Multi30k by Elliott, Frank, Sima'an, Specia and others, after Flickr30k: for"
                + " research and education, not for commercial use"
                + " (https://github.com/multi30k/dataset).";
    }

    @Override
    public List<RemoteFile> files(Usage usage) {
        String part =
                switch (usage) {
                    case TRAIN -> "train";
                    case VALIDATION -> "val";
                    case TEST -> "test_2016_flickr";
                };
        return List.of(file(part + "." + source()), file(part + "." + target()));
    }

    private static RemoteFile file(String name) {
        URI address = URI.create(FOLDER + name + ".gz");
        return new RemoteFile("multi30k/" + name + ".gz", address, DIGESTS.get(name), MOST_BYTES);
    }

    @Override
    ParallelCorpus corpus(Usage usage, Downloader downloader) throws IOException {
        List<RemoteFile> files = files(usage);
        Path sources = downloader.fetch(files.get(0));
        return AlignedFiles.of(sources, downloader.fetch(files.get(1)));
    }
}
