/* SPDX-License-Identifier: Apache-2.0
 *
 * Towns on borders where people return: name, country, the country across, lat, lon of the
 * town's middle (not of the crossing).
 */
export const borderTowns = [
    ['Poipet', 'KH', 'TH', 13.6575, 102.5633],
    ['Aranyaprathet', 'TH', 'KH', 13.6927, 102.5053],
    ['Mae Sot', 'TH', 'MM', 16.7131, 98.5747],
    ['Myawaddy', 'MM', 'TH', 16.6875, 98.5086],
    ['Savannakhet', 'LA', 'TH', 16.5563, 104.7552],
    ['Mukdahan', 'TH', 'LA', 16.5431, 104.7133],
    ['Bavet', 'KH', 'VN', 11.0767, 106.1443],
    ['Moc Bai', 'VN', 'KH', 11.0829, 106.1903],
    ['Hekou', 'CN', 'VN', 22.529, 103.939],
    ['Lao Cai', 'VN', 'CN', 22.486, 103.970],
    ['Koh Kong', 'KH', 'TH', 11.6153, 102.9838],
    ['Hat Lek', 'TH', 'KH', 11.653, 102.911],
    ['Chong Chom', 'TH', 'KH', 14.4442, 103.6989],
    ['O Smach', 'KH', 'TH', 14.4246, 103.6988],
    ['Mae Sai', 'TH', 'MM', 20.4283, 99.8842],
    ['Tachileik', 'MM', 'TH', 20.4500, 99.8850],
    ['Houayxay', 'LA', 'TH', 20.2769, 100.4185],
    ['Chiang Khong', 'TH', 'LA', 20.2603, 100.4044],
    ['Vientiane', 'LA', 'TH', 17.9667, 102.6133],
    ['Nong Khai', 'TH', 'LA', 17.8783, 102.7420],
    ['Thakhek', 'LA', 'TH', 17.4100, 104.8350],
    ['Nakhon Phanom', 'TH', 'LA', 17.4050, 104.7784],
    ['Ha Tien', 'VN', 'KH', 10.3831, 104.4876],
    ['Kawthaung', 'MM', 'TH', 9.9825, 98.5503],
    ['Ranong', 'TH', 'MM', 9.9658, 98.6348],
    ['Mong Cai', 'VN', 'CN', 21.5258, 107.9661],
    ['Dongxing', 'CN', 'VN', 21.5480, 107.9700],
];
