"""One training of gensim's Word2Vec on one thread, for ./word2vec:

    gensim_word2vec.py sgns|cbow CORPUS OUTPUT SEED EPOCHS

It prints a line of JSON: raw words of the corpus, processor seconds of training alone, gensim's version; and writes the vectors to OUTPUT as
word2vec binary. The settings are those of ours in word2vec/main.go.
"""
import json, sys, time

import gensim
from gensim.models import Word2Vec

case, corpus, output, seed, epochs = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
sg = case == "sgns"
m = Word2Vec(sg=int(sg), alpha=0.025 if sg else 0.05, vector_size=100, window=5, negative=5, hs=0, min_count=5, sample=1e-3,
             epochs=epochs, workers=1, seed=seed)
m.build_vocab(corpus_file=corpus)
begin = time.process_time()
m.train(corpus_file=corpus, total_examples=m.corpus_count, total_words=m.corpus_total_words, epochs=epochs)
seconds = time.process_time() - begin
m.wv.save_word2vec_format(output, binary=True)
print(json.dumps({"words": m.corpus_total_words, "seconds": seconds, "version": gensim.__version__}))
