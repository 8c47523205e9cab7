"""Batches for training.

Out: rgb [n, 2, 3, size, size] u8, mask [n, 2, 1, size, size] u8 and [n] bool, whether the two differ; endless, the
same for the same seed.
"""

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from data.views import views


class Views(IterableDataset):
    def __init__(self, folders, backgrounds, size, seed, tries=1):
        self.folders, self.backgrounds, self.size, self.seed, self.tries = folders, backgrounds, size, seed, tries
        weights = np.array([f.weight for f in folders])
        self.weights = weights / weights.sum()

    def __iter__(self):
        worker = get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        while True:
            drawn = views(rng, self.folders, self.weights, self.backgrounds, self.size, self.tries)
            images, masks = (torch.from_numpy(np.stack((a[0], a[-1]))) for a in zip(*drawn))
            yield images.permute(0, 3, 1, 2), masks[:, None], len(drawn) > 1


def batches(folders, backgrounds, size, batch, seed, workers, tries=2):
    dataset = Views(folders, backgrounds, size, seed, tries)
    return iter(DataLoader(dataset, batch, num_workers=workers, worker_init_fn=one_thread))


def one_thread(_):
    import cv2

    cv2.setNumThreads(0)
    torch.set_num_threads(1)
