# -*- coding: utf-8 -*-
# brought over from Keras 1, layer by layer
import cv2
import h5py
import keras.backend as K
import numpy as np
from keras.layers import Convolution2D, Dense, Dropout, Flatten, InputLayer, MaxPooling2D, ZeroPadding2D
from keras.models import Model, Sequential
from keras.optimizers import SGD

assert K.image_data_format() == 'channels_last'


def VGG_16(input_shape, classes):
    model = Sequential()
    model.add(InputLayer(shape=input_shape))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(64, (3, 3), activation='relu', name='conv1_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(64, (3, 3), activation='relu', name='conv1_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(128, (3, 3), activation='relu', name='conv2_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(128, (3, 3), activation='relu', name='conv2_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(256, (3, 3), activation='relu', name='conv3_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(256, (3, 3), activation='relu', name='conv3_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(256, (3, 3), activation='relu', name='conv3_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(512, (3, 3), activation='relu', name='conv4_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(512, (3, 3), activation='relu', name='conv4_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(512, (3, 3), activation='relu', name='conv4_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(512, (3, 3), activation='relu', name='conv5_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(512, (3, 3), activation='relu', name='conv5_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(512, (3, 3), activation='relu', name='conv5_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    model.add(Flatten())
    model.add(Dense(4096, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(4096, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(1000, activation='softmax'))

    # the last layer off, and one with the right number of classes on
    model.pop()
    model.add(Dense(classes, activation='softmax'))
    return model


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    vgg_model = VGG_16(input_shape, classes)
    print("number of layers:", len(vgg_model.layers))
    return vgg_model


def load_vgg16_weights(model, path):
    with h5py.File(path, mode='r') as f:
        print("in the file:", list(f.keys()))
    model.load_weights(path)
    return model


def compile_vgg16(model):
    sgd = SGD(learning_rate=0.1, weight_decay=1e-6, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss='categorical_crossentropy')
    return model


def read_bgr(path, size=(224, 224)):
    im = cv2.imread(path)
    assert im is not None, path
    im = cv2.resize(im, size, interpolation=cv2.INTER_NEAREST)
    return im


def transform_image(image):
    im = image.astype(np.float32, copy=True)
    im[:, :, 0] -= 103.939
    im[:, :, 1] -= 116.779
    im[:, :, 2] -= 123.68
    im = np.expand_dims(im, axis=0)
    return im


def load_labels(path):
    synsets = np.loadtxt(path, str, delimiter='\t')
    return [np.str_(s.split(' ', 1)[1]) for s in synsets]


def top_k(probabilities, labels, k=5):
    inds = probabilities.argsort()[-1:-k-1:-1]
    return tuple((labels[ind], probabilities[ind]) for ind in inds)


def first_layer_filters(model):
    layer_dict = dict([(layer.name, layer) for layer in model.layers])
    for name in layer_dict:
        if isinstance(layer_dict[name], Convolution2D):
            filters = layer_dict[name].get_weights()[0]
            # (h, w, C, n): first the last axis to the front, then the rest back in order
            return np.swapaxes(np.swapaxes(np.swapaxes(filters, 0, 3), 1, 3), 2, 3)


def get_layer_output(model, image, layer):
    def function(inputs):
        return Model(model.inputs, model.layers[layer].output)(inputs, training=0)
    return [function(image)][0]


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = weights.astype(np.float64)
    data -= data.min()
    data /= (data.max() or 1)
    n = int(np.ceil(np.sqrt(data.shape[0])))
    padding = ((0, n ** 2 - data.shape[0]), (0, pad_size), (0, pad_size)) + ((0, 0),) * (data.ndim - 3)
    data = np.pad(data, padding, mode='constant', constant_values=(pad_value, pad_value))
    data = data.reshape((n, n) + data.shape[1:]).transpose((0, 2, 1, 3) + tuple(range(4, data.ndim + 1)))
    data = data.reshape((n * data.shape[1], n * data.shape[3]) + data.shape[4:])
    return data
